from django.urls import path
from django.views.i18n import set_language

from openpar.web.account import views

urlpatterns = [
    path("login/", views.log_in, name="login"),
    path("demo-login/", views.demo_log_in, name="demo-login"),
    path("logout/", views.log_out, name="logout"),
    path("password/", views.change_password, name="password"),
    path("messages/", views.messages, name="messages"),
    path("messages/read/", views.mark_messages_read, name="messages-read"),
    path("language/", set_language, name="set_language"),
]
