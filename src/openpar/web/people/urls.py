from django.urls import path

from openpar.web.people import views

urlpatterns = [
    path("people/", views.people, name="people"),
    path("people/new/", views.new_person, name="new-person"),
    path("people/<int:pk>/", views.person, name="person"),
    path("people/<int:pk>/roles/", views.give_a_role, name="give-role"),
    path("people/<int:pk>/roles/<int:held>/end/", views.end_a_role, name="end-role"),
    path("people/<int:pk>/password/", views.set_a_password, name="set-password"),
    path("people/<int:pk>/active/", views.set_active, name="set-active"),
]
