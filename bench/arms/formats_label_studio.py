"""Label Studio itself: imports a JSON file into a new project over its API, in process, and exports it again.

python formats_label_studio.py HOME TASKS.json CONFIG.xml OUT.json     HOME: an empty folder for its database
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

home, tasks, config, out = map(Path, sys.argv[1:])
os.environ |= {
    "LABEL_STUDIO_BASE_DATA_DIR": str(home),
    "DJANGO_SETTINGS_MODULE": "label_studio.core.settings.label_studio",
    "DJANGO_DB": "sqlite",
    "COLLECT_ANALYTICS": "false",
    "LATEST_VERSION_CHECK": "false",
    "LOG_LEVEL": "ERROR",
    "ALLOWED_HOSTS": "*",
}

import label_studio  # noqa: E402

sys.path.insert(0, str(Path(label_studio.__file__).parent))
import django  # noqa: E402

django.setup()
from django.core.files.uploadedfile import SimpleUploadedFile  # noqa: E402
from django.core.management import call_command  # noqa: E402

call_command("migrate", verbosity=0)
from organizations.models import Organization  # noqa: E402
from rest_framework.test import APIClient  # noqa: E402
from users.models import User  # noqa: E402

user = User.objects.create_user(email="a@example.com", password="a-long-password-1", username="a")
organization = Organization.create_organization(created_by=user, title="bench")
user.active_organization = organization
user.save()
client = APIClient()
client.force_authenticate(user)
made = client.post("/api/projects", {"title": "bench", "label_config": config.read_text("utf-8")}, format="json")
assert made.status_code == 201, made.content
project = made.json()["id"]
upload = SimpleUploadedFile("tasks.json", tasks.read_bytes(), content_type="application/json")
imported = client.post(f"/api/projects/{project}/import", {"file": upload}, format="multipart")
assert imported.status_code == 201, imported.content
exported = client.get(f"/api/projects/{project}/export", {"exportType": "JSON", "download_all_tasks": "true"})
assert exported.status_code == 200, exported.content
out.write_bytes(b"".join(exported.streaming_content) if exported.streaming else exported.content)
told = imported.json()
print(json.dumps({"tasks": told.get("task_count"), "annotations": told.get("annotation_count")}))
