"""Models and initiatives of administrative reform: what was tried, what it changed, who took it over."""
