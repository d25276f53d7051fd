"""The tables about proposed changes of a dataset: requests, what people say about them, and the results of data tests.

log          comment data_test
operation    request
"""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy import Boolean, Column, Float, Index, Integer, String, Text

from .base import Big, Json, metadata, numbered, to

request = sa.Table(
    "request",
    metadata,
    numbered(),
    Column("project_id", Big, to("project"), nullable=False),
    Column("task_id", Big, to("task"), nullable=False),
    Column("source_id", Big, to("branch"), nullable=False),
    Column("target_id", Big, to("branch"), nullable=False),
    Column("kind", String(16), nullable=False),  # corrections answers verdicts
    Column("title", Text, nullable=False),
    Column("actor_id", Big, to("actor"), nullable=False),  # who proposes it
    Column("auto", Boolean, nullable=False),  # merges by itself when its tests are green
    Column("state", String(16), nullable=False),  # open approved merged rejected expired closed
    Column("head_id", Big, to("commit_"), nullable=False),  # what is proposed: the source as it was looked at
    Column("into_id", Big, to("commit_")),  # the version of the target it was tested against; None: not tested yet
    Column("question_id", Big, to("question")),  # what people are asked now; None: nobody is
    Column("merge_id", Big, to("commit_")),
    Column("decided_by", Big, to("actor")),  # whose verdict or act ended it
    Column("reason", Text),  # why it was decided, closed, or merged in spite of its tests
    Column("overridden", Boolean, nullable=False),  # merged without its tests or its quorum, by an owner
    Column("created", Float, nullable=False),
    Column("expires", Float, nullable=False),
    Column("ended", Float),
    Index("ix_request_task", "task_id", "state"),
    Index("ix_request_question", "question_id"),
)

comment = sa.Table(
    "comment",
    metadata,
    numbered(),
    Column("project_id", Big, to("project"), nullable=False),
    Column("request_id", Big, to("request"), nullable=False),
    Column("item_id", Big, to("item")),  # the row it is about; None: the whole request
    Column("actor_id", Big, to("actor"), nullable=False),
    Column("text", Text, nullable=False),
    Column("created", Float, nullable=False),
    Index("ix_comment_request", "request_id"),
)

data_test = sa.Table(
    "data_test",
    metadata,
    numbered(),
    Column("project_id", Big, to("project"), nullable=False),
    Column("task_id", Big, to("task"), nullable=False),
    Column("commit_id", Big, to("commit_"), nullable=False),
    Column("into_id", Big, to("commit_")),  # tested as merged into this version; None: as it is
    Column("name", String(80), nullable=False),
    Column("required", Boolean, nullable=False),
    Column("blocks", Boolean, nullable=False),
    Column("severity", String(16)),  # of the worst finding; None: nothing was found
    Column("count", Integer, nullable=False),  # rows that findings are about
    Column("findings", Json, nullable=False),  # the first of them, with the first items of each
    Column("created", Float, nullable=False),
    Index("ix_data_test_commit", "commit_id"),
)
