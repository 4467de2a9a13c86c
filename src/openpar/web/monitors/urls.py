from django.urls import path

from openpar.web.monitors import boards, entering

_ENTRY = "monitors/<slug:register>/entries/<int:entry_id>/"

urlpatterns = [
    path("monitors/", boards.overview, name="monitors"),
    path("monitors/<slug:register>/", boards.register_board, name="monitor"),
    path("monitors/<slug:register>/export/", boards.export, name="monitor-export"),
    path("monitors/<slug:register>/findings/", boards.find, name="monitor-find"),
    path("monitors/<slug:register>/<int:organisation_id>/", entering.agency, name="monitor-agency"),
    path("monitors/<slug:register>/<int:organisation_id>/new/", entering.new, name="monitor-new"),
    path(_ENTRY, entering.entry, name="monitor-entry"),
    path(_ENTRY + "withdraw/", entering.withdraw, name="monitor-withdraw"),
]
