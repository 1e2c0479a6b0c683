"""Who may comment on a member's posts."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0007_guess_counts'),
    ]

    operations = [
        migrations.AddField(
            model_name='member',
            name='commenters',
            field=models.CharField(choices=[('readers', 'Everybody who can read them'), ('friends', 'Friends'), ('nobody', 'Nobody')], default='readers', max_length=10, verbose_name='Who may comment on my posts'),
        ),
        migrations.AddField(
            model_name='member',
            name='group_commenters',
            field=models.CharField(choices=[('readers', 'Everybody who can read them'), ('nobody', 'Nobody')], default='readers', max_length=10, verbose_name='Who may comment on my posts in groups'),
        ),
    ]
