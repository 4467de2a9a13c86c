from django.urls import path

from openpar.web.corrections import deciding, proposing

_CORRECTIONS = "rounds/<int:round_id>/corrections/"

urlpatterns = [
    path(_CORRECTIONS, deciding.corrections, name="round-corrections"),
    path(_CORRECTIONS + "<int:correction_id>/", deciding.decide, name="round-correction"),
    path(_CORRECTIONS + "<int:correction_id>/withdraw/", proposing.withdraw, name="correction-withdraw"),
    path(
        _CORRECTIONS + "new/<int:assessment_id>/<str:code>/",
        proposing.propose,
        name="correction-new",
    ),
]
