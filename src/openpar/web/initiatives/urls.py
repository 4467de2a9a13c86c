from django.urls import path

from openpar.web.initiatives import acts, entering, evaluating, listing, targets

_ONE = "initiatives/<int:initiative_id>/"

urlpatterns = [
    path("initiatives/", listing.initiatives, name="initiatives"),
    path("initiatives/export/", listing.export, name="initiatives-export"),
    path("initiatives/new/", entering.new, name="initiative-new"),
    path("initiatives/evaluations/", evaluating.evaluations, name="initiative-evaluations"),
    path("initiatives/evaluations/findings/", evaluating.find, name="initiative-evaluations-find"),
    path("initiatives/targets/", targets.targets, name="initiative-targets"),
    path("initiatives/targets/findings/", targets.find, name="initiative-targets-find"),
    path(_ONE, acts.initiative, name="initiative"),
    path(_ONE + "edit/", entering.edit, name="initiative-edit"),
    path(_ONE + "recognise/", acts.recognise_one, name="initiative-recognise"),
    path(_ONE + "start/", acts.start_one, name="initiative-start"),
    path(_ONE + "stop/", acts.stop_one, name="initiative-stop"),
    path(_ONE + "measures/", acts.add_one_measure, name="initiative-measure"),
    path(_ONE + "measures/<int:measure_id>/", acts.measure_one, name="initiative-figure"),
    path(_ONE + "replicate/", acts.replicate_one, name="initiative-replicate"),
    path(_ONE + "contest/", acts.contest_one, name="initiative-contest"),
    path(_ONE + "contest/<int:entry_id>/", acts.award_one, name="initiative-award"),
]
