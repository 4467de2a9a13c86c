from django.urls import path

from openpar.web.dossiers import boards, importing, late, listing, mappings, one, provinces, quality, work
from openpar.web.dossiers.behind import register

register()

urlpatterns = [
    path("dossiers/", work.board, name="dossiers-board"),
    path("dossiers/work/<slug:work>/", work.work_page, name="dossiers-work"),
    path("dossiers/agencies/", boards.agencies, name="dossiers-agencies"),
    path("dossiers/procedures/", boards.procedures, name="dossiers-procedures"),
    path("dossiers/provinces/", provinces.provinces, name="dossiers-provinces"),
    path("dossiers/late/", late.late, name="dossiers-late"),
    path("dossiers/list/", listing.dossiers, name="dossiers"),
    path("dossiers/list/export/", listing.export, name="dossiers-export"),
    path("dossiers/quality/", quality.board, name="dossiers-quality"),
    path("dossiers/quality/<slug:rule>/", quality.rule_page, name="dossiers-quality-rule"),
    path("dossiers/imports/", importing.imports_page, name="dossiers-imports"),
    path("dossiers/imports/new/", importing.upload, name="dossiers-import"),
    path("dossiers/imports/waiting/<str:token>/", importing.waiting, name="dossiers-import-waiting"),
    path("dossiers/mappings/", mappings.mappings, name="dossiers-mappings"),
    path("dossiers/mappings/<int:mapping_id>/file/", mappings.mapping_file, name="dossiers-mapping-file"),
    path("dossiers/mappings/<int:mapping_id>/forget/", mappings.forget, name="dossiers-mapping-forget"),
    path("dossiers/imports/<int:batch_id>/", importing.batch_page, name="dossiers-batch"),
    # Codes hold any signs; everything above has been tried before.
    path("dossiers/one/<path:code>/", one.dossier, name="dossier"),
]
