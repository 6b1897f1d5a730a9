"""照片 are files: the purge of leftovers and the backup look at file fields."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("activities", "0001_initial")]

    operations = [
        migrations.RenameField("logphoto", "name", "file"),
        migrations.AlterField(
            "logphoto",
            "file",
            models.FileField(max_length=200, unique=True, upload_to="photos/", verbose_name="文件"),
        ),
    ]
