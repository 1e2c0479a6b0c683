import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0011_home_shows'),
    ]

    operations = [
        migrations.AddField(
            model_name='member',
            name='notices_seen_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.CreateModel(
            name='Notice',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=40)),
                ('subject', models.PositiveBigIntegerField(default=0)),
                ('detail', models.PositiveBigIntegerField(default=0)),
                ('key', models.CharField(max_length=60)),
                ('params', models.JSONField(blank=True, default=dict)),
                ('created_at', models.DateTimeField()),
                ('again_at', models.DateTimeField(blank=True, null=True)),
                ('mail_due_at', models.DateTimeField(blank=True, null=True)),
                ('mailed_at', models.DateTimeField(blank=True, null=True)),
                ('actor', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('member', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='notices', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'indexes': [
                    models.Index(fields=['member', '-created_at', '-id'], name='notice_newest_of_member'),
                    models.Index(fields=['created_at'], name='notice_oldest'),
                    models.Index(condition=models.Q(('again_at__isnull', False)), fields=['again_at'], name='notice_again'),
                    models.Index(condition=models.Q(('mail_due_at__isnull', False), ('mailed_at', None)), fields=['mail_due_at', 'id'], name='notice_mail_due'),
                ],
                'constraints': [
                    models.UniqueConstraint(fields=('member', 'key', 'subject'), name='notice_once'),
                ],
            },
        ),
    ]
