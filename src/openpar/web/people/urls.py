from django.urls import path

from openpar.web.people import api_keys, safeguards, views

urlpatterns = [
    path("people/", views.people, name="people"),
    path("people/new/", views.new_person, name="new-person"),
    path("people/brakes/", safeguards.brakes, name="brakes"),
    path("people/brakes/<int:pk>/lift/", safeguards.lift_a_brake, name="lift-brake"),
    path("people/data-requests/", safeguards.requests_of_people, name="data-requests"),
    path("people/data-requests/<int:pk>/answer/", safeguards.answer_a_request, name="answer-data-request"),
    path("people/<int:pk>/", views.person, name="person"),
    path("people/<int:pk>/roles/", views.give_a_role, name="give-role"),
    path("people/<int:pk>/roles/<int:held>/end/", views.end_a_role, name="end-role"),
    path(
        "people/<int:pk>/second-factor/clear/",
        safeguards.clear_a_persons_factors,
        name="clear-factors",
    ),
    path("people/<int:pk>/sessions/end/", safeguards.end_a_persons_sessions, name="end-person-sessions"),
    path("people/<int:pk>/api-keys/", api_keys.make_a_key, name="make-api-key"),
    path("people/api-keys/<int:pk>/end/", api_keys.end_a_key, name="end-api-key"),
    path("people/<int:pk>/password/", views.set_a_password, name="set-password"),
    path("people/<int:pk>/active/", views.set_active, name="set-active"),
]
