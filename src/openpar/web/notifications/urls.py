from django.urls import path

from openpar.web.notifications import gateways, views

urlpatterns = [
    path("messages/", views.messages, name="messages"),
    path("messages/read/", views.mark_messages_read, name="messages-read"),
    path("messages/<int:pk>/read/", views.mark_message_read, name="message-read"),
    path("notifications/", views.notification_settings, name="notification-settings"),
    path("notifications/gateways/", gateways.gateways_page, name="gateways"),
    path("notifications/gateways/<int:pk>/end/", gateways.end_a_gateway, name="gateway-end"),
    path("notifications/gateways/<int:pk>/try/", gateways.try_a_gateway, name="gateway-try"),
]
