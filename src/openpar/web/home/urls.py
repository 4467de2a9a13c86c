from django.urls import path

from openpar.web.home import views

urlpatterns = [path("", views.home, name="home")]
