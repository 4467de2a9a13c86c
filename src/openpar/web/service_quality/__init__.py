"""Pages of the service-quality index (QĐ 766/QĐ-TTg)."""
