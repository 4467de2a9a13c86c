from django.http import Http404
from openpar.web.http import page


@page("GET")
def overview(request, pk):
    raise Http404


add = line = check = remove = move = overview
edit = overview
