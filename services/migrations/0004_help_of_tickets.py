import django.db.models.deletion
from django.db import migrations, models

from services.shipping import HELPS


def name_helps(apps, _schema_editor):
    """Say of the categories that were shipped before what kind of help they are."""
    helps = {one.name: one for one in apps.get_model("services", "HelpCategory").objects.all()}
    for one in apps.get_model("services", "TicketCategory").objects.filter(name__in=HELPS):
        one.help_category = helps.get(HELPS[one.name])
        one.save(update_fields=["help_category"])


class Migration(migrations.Migration):

    dependencies = [
        ('services', '0003_help'),
    ]

    operations = [
        migrations.AddField(
            model_name='ticketcategory',
            name='help_category',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='services.helpcategory', verbose_name='帮扶类别'),
        ),
        migrations.RunPython(name_helps, migrations.RunPython.noop),
    ]
