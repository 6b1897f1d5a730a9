"""Photos of tickets: what is kept, what is refused, who may see them."""

import io

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image

from common import parameters
from services.models import TicketPhoto
from tests.services.tickets import assigned, department, do, raised

pytestmark = pytest.mark.django_db
SECRET = b"<?php system($_GET['c']); ?>"


@pytest.fixture
def ticket(cast):
    return raised(cast.secretary_a, cast.entity_a)


def photo(color="red", name="灯杆.jpg", tail=b""):
    target = io.BytesIO()
    found = Image.Exif()
    found[0x010F] = "SecretPhone"
    Image.new("RGB", (60, 40), color).save(target, "JPEG", exif=found)
    return SimpleUploadedFile(name, target.getvalue() + tail)


def send(client, ticket, *files, **data):
    url = reverse("services:photo_add", args=[ticket.pk])
    answer = client.post(url, {"photos": list(files), **data}, follow=True)
    return answer.content.decode()


def test_a_photo_is_kept_without_what_the_camera_wrote(cast, client, ticket):
    client.force_login(cast.secretary_a)
    assert "已上传 1 张" in send(client, ticket, photo(tail=SECRET), caption="灯杆位置")
    send(client, ticket, photo())  # the same picture is the one that is there
    kept = TicketPhoto.objects.get()
    answer = client.get(kept.get_absolute_url())
    assert answer.headers["Content-Type"] == "image/jpeg"
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert (SECRET in answer.content, b"SecretPhone" in answer.content) == (False, False)
    assert kept.file.name.startswith("tickets/")
    assert "灯杆" not in kept.file.name
    name = kept.file.name
    assert default_storage.exists(name)
    client.post(reverse("services:photo_delete", args=[kept.pk]))
    assert not TicketPhoto.objects.exists()


def test_what_is_no_photo_or_too_many_is_told(cast, client, ticket):
    client.force_login(cast.secretary_a)
    assert "没有收到照片" in send(client, ticket)
    page = send(client, ticket, SimpleUploadedFile("病毒.jpg", b"MZ" + SECRET), photo())
    assert "病毒.jpg：" in page
    assert TicketPhoto.objects.count() == 1
    parameters.set_from(key="ticket.files", value=1, on=ticket.registered_on, by=None)
    assert "最多 1 张" in send(client, ticket, photo("blue"))


def test_who_sees_and_adds_photos(cast, client, ticket):
    client.force_login(cast.secretary_a)
    send(client, ticket, photo())
    kept = TicketPhoto.objects.get()
    for name, code in (
        ("town_a_staff", 200), ("instructor_a_user", 200), ("town_b_staff", 404),
        ("department_staff", 404), ("secretary_joint", 404),
    ):
        client.force_login(cast.user(name))
        assert client.get(kept.get_absolute_url()).status_code == code, name
    client.force_login(cast.importer)
    assert "不能给这件诉求传附件" in send(client, ticket, photo("blue"))
    assigned(ticket, cast.town_a_staff, department())
    client.force_login(cast.department_staff)
    assert "已上传 1 张" in send(client, ticket, photo("blue"))
    client.post(reverse("services:photo_delete", args=[kept.pk]))
    assert TicketPhoto.objects.count() == 2  # only who added it takes it away


def test_an_ended_ticket_keeps_its_photos(cast, client, ticket):
    client.force_login(cast.secretary_a)
    send(client, ticket, photo())
    do("withdraw", ticket, cast.secretary_a)
    assert "已经结束，不能再传" in send(client, ticket, photo("blue"))
    client.post(reverse("services:photo_delete", args=[TicketPhoto.objects.get().pk]))
    assert default_storage.exists(TicketPhoto.objects.get().file.name)
