"""The service-quality index of QĐ 766/QĐ-TTg: figures by agency and period, points, the portal's points."""
