from django.urls import path

from openpar.web.indicators import changing, views

_ONE = "indicators/<str:code>/"

urlpatterns = [
    path("indicators/", views.indicators, name="indicators"),
    path("indicators/new/", changing.new_indicator, name="indicator-new"),
    path("indicators/import/", changing.bring_in, name="indicators-import"),
    path("indicators/values/<int:value_id>/", views.value, name="indicator-value"),
    path(_ONE, views.indicator, name="indicator"),
    path(_ONE + "version/", changing.new_version, name="indicator-version"),
    path(_ONE + "end/", changing.end, name="indicator-end"),
    path(_ONE + "compute/", changing.compute, name="indicator-compute"),
    path(_ONE + "report/", changing.report, name="indicator-report"),
]
