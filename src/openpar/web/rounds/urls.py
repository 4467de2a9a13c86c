from django.urls import path

from openpar.web.rounds import adjustments, changes, council, outside, penalties, setup, views

_ROUND = "rounds/<int:round_id>/"

urlpatterns = [
    path("rounds/", views.rounds, name="rounds"),
    path("rounds/new/", views.new_round, name="round-new"),
    path(_ROUND, views.control_room, name="round"),
    path(_ROUND + "advance/", views.advance, name="round-advance"),
    path(_ROUND + "remind/", views.remind, name="round-remind"),
    path(_ROUND + "reopenings/<int:reopening_id>/", views.answer_reopening, name="round-reopening"),
    path(_ROUND + "setup/", setup.setup, name="round-setup"),
    path(_ROUND + "change/", changes.change, name="round-change"),
    path(
        _ROUND + "setup/blocks/<int:round_block_id>/remove/",
        changes.take_out_block,
        name="round-block-remove",
    ),
    path(_ROUND + "setup/blocks/", setup.put_block, name="round-block"),
    path(_ROUND + "setup/blocks/<int:round_block_id>/enrol/", setup.enrol, name="round-enrol"),
    path(_ROUND + "setup/units/<int:assessment_id>/withdraw/", setup.withdraw, name="round-withdraw"),
    path(_ROUND + "phases/", setup.phases, name="round-phases"),
    path(_ROUND + "appraisers/", setup.appraisers, name="round-appraisers"),
    path(_ROUND + "appraisers/<int:round_block_id>/assign/", setup.assign, name="round-assign"),
    path(_ROUND + "appraisers/<int:round_block_id>/unassign/", setup.unassign, name="round-unassign"),
    path(_ROUND + "outside/", outside.matrix, name="round-outside"),
    path(_ROUND + "outside/upload/", outside.upload, name="round-outside-upload"),
    path(_ROUND + "outside/template.csv", outside.template_file, name="round-outside-template"),
    path(_ROUND + "outside/<slug:block>/<str:code>/clear/", outside.clear, name="round-outside-clear"),
    path(_ROUND + "outside/<slug:block>/<str:code>/", outside.by_hand, name="round-outside-leaf"),
    path(_ROUND + "adjustments/", adjustments.adjustments, name="round-adjustments"),
    path(_ROUND + "penalties/<int:assessment_id>/", penalties.penalty, name="round-penalty"),
    path(_ROUND + "adjustments/<int:adjustment_id>/", adjustments.decide, name="round-adjustment"),
    path(_ROUND + "council/", council.sheet, name="round-council"),
    path(_ROUND + "council/conclude/", council.conclude, name="round-conclude"),
    path(_ROUND + "publish/", council.publish, name="round-publish"),
]
