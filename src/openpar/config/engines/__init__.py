"""Django's two database engines, each of which asks at every new connection if a commit would be kept."""
