from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('syndication', '0047_restore'),
    ]

    operations = [
        migrations.AddField(
            model_name='feeditem',
            name='sharer_uid',
            field=models.CharField(blank=True, max_length=500),
        ),
    ]
