"""doccano itself: imports a JSONL file into a new project by its import task, in process, and exports it again.

python formats_doccano.py HOME LINES.jsonl KIND OUT.jsonl     KIND: SequenceLabeling or DocumentClassification
"""

from __future__ import annotations

import json
import os
import sys
import zipfile
from pathlib import Path

home, lines, kind, out = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3], Path(sys.argv[4])
import backend  # noqa: E402

os.chdir(home)
sys.path.insert(0, str(Path(backend.__file__).parent))
os.environ |= {
    "DJANGO_SETTINGS_MODULE": "config.settings.development",
    "DATABASE_URL": f"sqlite:///{home / 'doccano.db'}",
    "STANDALONE": "True",
}
import django  # noqa: E402

django.setup()
from data_export.celery_tasks import export_dataset  # noqa: E402
from data_import.datasets import load_dataset  # noqa: E402
from data_import.pipeline.catalog import create_file_format  # noqa: E402
from data_import.pipeline.readers import FileName  # noqa: E402
from django.contrib.auth import get_user_model  # noqa: E402
from django.core.management import call_command  # noqa: E402
from projects.models import Member, Project  # noqa: E402
from roles.models import Role  # noqa: E402

call_command("migrate", verbosity=0)
call_command("create_roles", verbosity=0)
user = get_user_model().objects.create_superuser(username="a", password="a-long-password-1")
options = {"allow_overlapping": True, "use_relation": True} if kind == "SequenceLabeling" else {}
from projects import models as project_models  # noqa: E402

names = {"SequenceLabeling": "SequenceLabelingProject", "DocumentClassification": "TextClassificationProject"}
project: Project = getattr(project_models, names[kind]).objects.create(
    name="bench", description="bench", project_type=kind, created_by=user, collaborative_annotation=True, **options
)
Member.objects.get_or_create(user=user, project=project, defaults={"role": Role.objects.get(name="project_admin")})
name = FileName(full_path=str(lines), generated_name=lines.name, upload_name=lines.name)
task = "RelationExtraction" if kind == "SequenceLabeling" and '"entities"' in lines.read_text("utf-8") else kind
dataset = load_dataset(
    task, create_file_format("JSONL"), [name], project, column_data="text", column_label="label", encoding="utf_8"
)
dataset.save(user, batch_size=1000)
errors = [one.dict() for one in dataset.errors]
packed = export_dataset.run(project.id, "JSONL", False)
with zipfile.ZipFile(packed) as found:
    out.write_bytes(found.read("all.jsonl"))
print(json.dumps({"examples": project.examples.count(), "errors": errors[:5]}))
