from django.urls import path

from openpar.web.seals import receipts, views

urlpatterns = [
    path("seals/", views.seals, name="seals"),
    path("seals/checkpoint", views.newest_checkpoint, name="seals-checkpoint"),
    path("seals/checkpoints.txt", views.all_checkpoints, name="seals-checkpoints"),
    path("seals/checkpoints/<int:size>", views.one_checkpoint, name="seals-one-checkpoint"),
    path("seals/keys.txt", views.keys, name="seals-keys"),
    path("seals/feed.xml", views.feed, name="seals-feed"),
    path("seals/openpar_verify.py", views.verifier, name="seals-verifier"),
    path("seals/tile/<path:place>", views.tile, name="seals-tile"),
    path("receipts/<int:pk>/", receipts.receipt, name="receipt"),
    path("receipts/<int:pk>/file", receipts.receipt_file, name="receipt-file"),
]
