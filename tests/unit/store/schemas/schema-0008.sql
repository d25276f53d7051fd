BEGIN TRANSACTION;
CREATE TABLE actor (
	id INTEGER NOT NULL, 
	name VARCHAR(200) NOT NULL, 
	kind VARCHAR(16) NOT NULL, 
	role VARCHAR(16) NOT NULL, 
	state VARCHAR(16) DEFAULT 'active' NOT NULL, 
	token_hash VARCHAR(64), 
	created FLOAT NOT NULL, 
	CONSTRAINT pk_actor PRIMARY KEY (id), 
	CONSTRAINT uq_actor_name UNIQUE (name)
);
INSERT INTO "actor" VALUES(1,'p0','person','annotator','active',NULL,1700000000.0);
INSERT INTO "actor" VALUES(2,'p1','person','annotator','active',NULL,1700000000.0);
INSERT INTO "actor" VALUES(3,'p2','person','annotator','active',NULL,1700000000.0);
INSERT INTO "actor" VALUES(4,'boss','person','owner','active',NULL,1700000000.0);
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('0008');
CREATE TABLE answer (
	seq INTEGER NOT NULL, 
	id VARCHAR(36) NOT NULL, 
	project_id INTEGER NOT NULL, 
	question_id INTEGER, 
	task_id INTEGER, 
	item_id INTEGER, 
	actor_id INTEGER NOT NULL, 
	outcome VARCHAR(16) NOT NULL, 
	value JSON, 
	seconds FLOAT NOT NULL, 
	suggestion_shown BOOLEAN NOT NULL, 
	edited BOOLEAN NOT NULL, 
	confidence FLOAT, 
	rationale TEXT, 
	note TEXT, 
	guideline_id INTEGER, 
	supersedes VARCHAR(36), 
	late BOOLEAN NOT NULL, 
	digest VARCHAR(40) NOT NULL, 
	created FLOAT NOT NULL, version INTEGER, 
	CONSTRAINT pk_answer PRIMARY KEY (seq), 
	CONSTRAINT fk_answer_actor_id FOREIGN KEY(actor_id) REFERENCES actor (id), 
	CONSTRAINT fk_answer_item_id FOREIGN KEY(item_id) REFERENCES item (id), 
	CONSTRAINT fk_answer_project_id FOREIGN KEY(project_id) REFERENCES project (id), 
	CONSTRAINT fk_answer_question_id FOREIGN KEY(question_id) REFERENCES question (id), 
	CONSTRAINT fk_answer_task_id FOREIGN KEY(task_id) REFERENCES task (id), 
	CONSTRAINT uq_answer_id UNIQUE (id), 
	CONSTRAINT uq_answer_supersedes UNIQUE (supersedes)
);
INSERT INTO "answer" VALUES(1,'018bcfe5-6800-7683-8225-ee40cd73ea48',1,NULL,1,1,4,'answered','{"labels": ["food"]}',0.0,0,0,NULL,NULL,NULL,NULL,NULL,0,'6a142482397447593067f5fb5336e47e72b638f7',1700000000.0,1);
INSERT INTO "answer" VALUES(2,'018bcfe5-6800-7f92-bc8b-b59b8e77e7df',1,NULL,1,2,4,'answered','{"labels": ["money"]}',0.0,0,0,NULL,NULL,NULL,NULL,NULL,0,'21aa9a3cc22a7c7618c24f017fd710e7294d1a8b',1700000000.0,1);
INSERT INTO "answer" VALUES(3,'018bcfe5-6800-7088-84a5-9ff39df9f866',1,NULL,1,3,4,'answered','{"labels": ["sport"]}',0.0,0,0,NULL,NULL,NULL,NULL,NULL,0,'e44041a9ee1b6e71df8a2762fda67aac5dc51bf9',1700000000.0,1);
INSERT INTO "answer" VALUES(4,'018bcfe5-6800-7b58-9d2a-17dadcb03c36',1,NULL,1,4,4,'answered','{"labels": ["food"]}',0.0,0,0,NULL,NULL,NULL,NULL,NULL,0,'6a142482397447593067f5fb5336e47e72b638f7',1700000000.0,1);
INSERT INTO "answer" VALUES(5,'018bcfe5-6800-7273-9edc-a7f34418d740',1,NULL,1,5,4,'answered','{"labels": ["money"]}',0.0,0,0,NULL,NULL,NULL,NULL,NULL,0,'21aa9a3cc22a7c7618c24f017fd710e7294d1a8b',1700000000.0,1);
INSERT INTO "answer" VALUES(6,'018bcfe5-6800-7e7f-ada5-60fbf958dc26',1,NULL,1,6,4,'answered','{"labels": ["sport"]}',0.0,0,0,NULL,NULL,NULL,NULL,NULL,0,'e44041a9ee1b6e71df8a2762fda67aac5dc51bf9',1700000000.0,1);
INSERT INTO "answer" VALUES(7,'9d2e5f58-2b9b-42b5-8eed-eb6a03159176',1,1,1,9,1,'answered','{"labels": ["sport"]}',2.0,0,0,NULL,NULL,NULL,NULL,NULL,0,'1069710543937662dfd77bcc2647256b164a4855',1700000005.0,NULL);
INSERT INTO "answer" VALUES(8,'2ebac1c5-67a4-47f4-ae8e-566d3a4d79fc',1,2,1,13,1,'answered','{"labels": ["food"]}',2.0,0,0,NULL,NULL,NULL,NULL,NULL,0,'67e07f72c643837d3385e67eaa4fd5d5a4b05dd5',1700000005.0,NULL);
INSERT INTO "answer" VALUES(9,'6952ed6c-8f75-4793-ab50-6c0e6320075d',1,3,1,7,1,'answered','{"labels": ["food"]}',2.0,0,0,NULL,NULL,NULL,NULL,NULL,0,'e0598eeedc12a14553a12d5daa733f5434b32716',1700000005.0,NULL);
INSERT INTO "answer" VALUES(10,'0fac5c83-5a92-4786-bc57-7cf71350eb72',1,4,1,10,1,'answered','{"labels": ["food"]}',2.0,0,0,NULL,NULL,NULL,NULL,NULL,0,'c3ab7e3eea45e0d517b7270e30e15651ada0c656',1700000005.0,NULL);
INSERT INTO "answer" VALUES(11,'4c0d5b5a-4994-4a01-843e-e3434a2ca662',1,5,1,11,1,'answered','{"labels": ["money"]}',2.0,0,0,NULL,NULL,NULL,NULL,NULL,0,'30fc242d5ac20e6a1374d7b88919859249acaa87',1700000005.0,NULL);
INSERT INTO "answer" VALUES(12,'47ca34cf-3033-4ea7-8979-f47e37a3034b',1,1,1,9,3,'answered','{"labels": ["sport"]}',2.0,0,0,NULL,NULL,NULL,NULL,NULL,0,'4ac458055d46e5f0aebee1ca499f2bf2f8c7c97a',1700000005.0,NULL);
INSERT INTO "answer" VALUES(13,'e5cd0002-844d-4479-9576-d1dbc2f0d4bd',1,2,1,13,3,'answered','{"labels": ["food"]}',2.0,0,0,NULL,NULL,NULL,NULL,NULL,0,'229f965ea40ac5b1129dadb495594660ebabb711',1700000005.0,NULL);
INSERT INTO "answer" VALUES(14,'555d5464-bb13-4cfc-9fd5-d2063ce824a1',1,3,1,7,3,'answered','{"labels": ["food"]}',2.0,0,0,NULL,NULL,NULL,NULL,NULL,0,'9b6b27ebaff315f6577359308fdcd7f7a3874538',1700000005.0,NULL);
INSERT INTO "answer" VALUES(15,'b99d1fae-5ff8-4a06-a467-b242a1df9d5d',1,4,1,10,3,'answered','{"labels": ["food"]}',2.0,0,0,NULL,NULL,NULL,NULL,NULL,0,'23aa8bf38bdb1e8798e1eb583a7a2dad43f78bfd',1700000005.0,NULL);
INSERT INTO "answer" VALUES(16,'36737d17-81c2-48de-9a3b-2556cb7004f1',1,1,1,9,1,'answered','{"labels": ["money"]}',2.0,0,0,NULL,NULL,NULL,NULL,'9d2e5f58-2b9b-42b5-8eed-eb6a03159176',0,'b3765825b526e08f046ed44215c0d3d1c9531ad2',1700000010.0,NULL);
CREATE TABLE aside (
	answer_id VARCHAR(36) NOT NULL, 
	question_id INTEGER NOT NULL, 
	actor_id INTEGER, 
	reason TEXT NOT NULL, 
	created FLOAT NOT NULL, 
	CONSTRAINT pk_aside PRIMARY KEY (answer_id), 
	CONSTRAINT fk_aside_question_id FOREIGN KEY(question_id) REFERENCES question (id), 
	CONSTRAINT fk_aside_actor_id FOREIGN KEY(actor_id) REFERENCES actor (id)
);
CREATE TABLE batch (
	id INTEGER NOT NULL, 
	project_id INTEGER NOT NULL, 
	task_id INTEGER, 
	strategy VARCHAR(80) NOT NULL, 
	model_id INTEGER, 
	n INTEGER NOT NULL, 
	needs INTEGER NOT NULL, 
	lane VARCHAR(16) NOT NULL, 
	actor_id INTEGER, 
	created FLOAT NOT NULL, 
	CONSTRAINT pk_batch PRIMARY KEY (id), 
	CONSTRAINT fk_batch_actor_id FOREIGN KEY(actor_id) REFERENCES actor (id), 
	CONSTRAINT fk_batch_project_id FOREIGN KEY(project_id) REFERENCES project (id), 
	CONSTRAINT fk_batch_task_id FOREIGN KEY(task_id) REFERENCES task (id)
);
INSERT INTO "batch" VALUES(1,1,1,'auto',NULL,8,2,'label',NULL,1700000005.0);
INSERT INTO "batch" VALUES(2,1,1,'conflict',NULL,1,1,'expert',NULL,1700000010.0);
CREATE TABLE branch (
	id INTEGER NOT NULL, 
	project_id INTEGER NOT NULL, 
	task_id INTEGER NOT NULL, 
	name VARCHAR(200) NOT NULL, 
	base_id INTEGER, 
	actor_id INTEGER NOT NULL, 
	created FLOAT NOT NULL, 
	closed FLOAT, 
	CONSTRAINT pk_branch PRIMARY KEY (id), 
	CONSTRAINT fk_branch_project_id FOREIGN KEY(project_id) REFERENCES project (id), 
	CONSTRAINT fk_branch_task_id FOREIGN KEY(task_id) REFERENCES task (id), 
	CONSTRAINT fk_branch_base_id FOREIGN KEY(base_id) REFERENCES commit_ (id), 
	CONSTRAINT fk_branch_actor_id FOREIGN KEY(actor_id) REFERENCES actor (id)
);
INSERT INTO "branch" VALUES(1,1,1,'main',NULL,4,1700000000.0,NULL);
INSERT INTO "branch" VALUES(2,1,1,'corrections',1,4,1700000015.0,NULL);
CREATE TABLE "cascade" (
	id INTEGER NOT NULL, 
	project_id INTEGER NOT NULL, 
	task_id INTEGER NOT NULL, 
	label VARCHAR(200) NOT NULL, 
	precision FLOAT NOT NULL, 
	recall FLOAT NOT NULL, 
	batch INTEGER NOT NULL, 
	audit INTEGER NOT NULL, 
	rounds INTEGER NOT NULL, 
	pool INTEGER NOT NULL, 
	actor_id INTEGER NOT NULL, 
	created FLOAT NOT NULL, 
	closed FLOAT, 
	why TEXT, 
	CONSTRAINT pk_cascade PRIMARY KEY (id), 
	CONSTRAINT fk_cascade_project_id FOREIGN KEY(project_id) REFERENCES project (id), 
	CONSTRAINT fk_cascade_task_id FOREIGN KEY(task_id) REFERENCES task (id), 
	CONSTRAINT fk_cascade_actor_id FOREIGN KEY(actor_id) REFERENCES actor (id)
);
CREATE TABLE cascade_round (
	id INTEGER NOT NULL, 
	cascade_id INTEGER NOT NULL, 
	number INTEGER NOT NULL, 
	scores VARCHAR(40), 
	pool INTEGER NOT NULL, 
	batch_id INTEGER NOT NULL, 
	question_id INTEGER, 
	created FLOAT NOT NULL, 
	CONSTRAINT pk_cascade_round PRIMARY KEY (id), 
	CONSTRAINT fk_cascade_round_cascade_id FOREIGN KEY(cascade_id) REFERENCES "cascade" (id), 
	CONSTRAINT fk_cascade_round_batch_id FOREIGN KEY(batch_id) REFERENCES batch (id), 
	CONSTRAINT fk_cascade_round_question_id FOREIGN KEY(question_id) REFERENCES question (id)
);
CREATE TABLE comment (
	id INTEGER NOT NULL, 
	project_id INTEGER NOT NULL, 
	request_id INTEGER NOT NULL, 
	item_id INTEGER, 
	actor_id INTEGER NOT NULL, 
	text TEXT NOT NULL, 
	created FLOAT NOT NULL, 
	CONSTRAINT pk_comment PRIMARY KEY (id), 
	CONSTRAINT fk_comment_project_id FOREIGN KEY(project_id) REFERENCES project (id), 
	CONSTRAINT fk_comment_request_id FOREIGN KEY(request_id) REFERENCES request (id), 
	CONSTRAINT fk_comment_item_id FOREIGN KEY(item_id) REFERENCES item (id), 
	CONSTRAINT fk_comment_actor_id FOREIGN KEY(actor_id) REFERENCES actor (id)
);
CREATE TABLE "commit_" (
	id INTEGER NOT NULL, 
	project_id INTEGER NOT NULL, 
	task_id INTEGER NOT NULL, 
	parent_id INTEGER, 
	digest VARCHAR(40) NOT NULL, 
	position INTEGER NOT NULL, 
	rows INTEGER NOT NULL, 
	test_rows INTEGER NOT NULL, 
	changed INTEGER NOT NULL, 
	message TEXT NOT NULL, 
	actor_id INTEGER NOT NULL, 
	created FLOAT NOT NULL, 
	branch_id INTEGER NOT NULL, 
	other_id INTEGER, 
	loose INTEGER NOT NULL, 
	CONSTRAINT pk_commit_ PRIMARY KEY (id), 
	CONSTRAINT fk_commit__parent_id FOREIGN KEY(parent_id) REFERENCES commit_ (id), 
	CONSTRAINT fk_commit__other_id FOREIGN KEY(other_id) REFERENCES commit_ (id), 
	CONSTRAINT fk_commit__actor_id FOREIGN KEY(actor_id) REFERENCES actor (id), 
	CONSTRAINT fk_commit__task_id FOREIGN KEY(task_id) REFERENCES task (id), 
	CONSTRAINT fk_commit__project_id FOREIGN KEY(project_id) REFERENCES project (id)
);
INSERT INTO "commit_" VALUES(1,1,1,NULL,'d9d4543208c2cf93c6d29f9d8028a96e2adc6037',6,6,0,6,'first',4,1700000000.0,1,NULL,0);
INSERT INTO "commit_" VALUES(2,1,1,1,'567b6ed773787395d7e5898702be6025e8b01e6c',16,11,2,5,'second',4,1700000015.0,1,NULL,0);
INSERT INTO "commit_" VALUES(3,1,1,1,'efa304169822b55081d2738293d25a3a6eb8dc44',6,5,0,2,'by hand',4,1700000015.0,2,NULL,-1);
INSERT INTO "commit_" VALUES(4,1,1,2,'1706c8dd353c016a3101bfb9682762c4292808e0',16,11,2,1,'by hand',4,1700000015.0,1,NULL,0);
INSERT INTO "commit_" VALUES(5,1,1,4,'9ef2cd4d519a512618d5ca74ad9a1ab92985a5f8',16,10,2,2,'merge',4,1700000015.0,1,3,-1);
CREATE TABLE "conflict" (
	id INTEGER NOT NULL, 
	project_id INTEGER NOT NULL, 
	task_id INTEGER NOT NULL, 
	merge_id INTEGER NOT NULL, 
	item_id INTEGER NOT NULL, 
	base_id INTEGER, 
	ours_id INTEGER NOT NULL, 
	theirs_id INTEGER NOT NULL, 
	fields JSON NOT NULL, 
	question_id INTEGER, 
	commit_id INTEGER, 
	CONSTRAINT pk_conflict PRIMARY KEY (id), 
	CONSTRAINT fk_conflict_project_id FOREIGN KEY(project_id) REFERENCES project (id), 
	CONSTRAINT fk_conflict_task_id FOREIGN KEY(task_id) REFERENCES task (id), 
	CONSTRAINT fk_conflict_item_id FOREIGN KEY(item_id) REFERENCES item (id), 
	CONSTRAINT fk_conflict_merge_id FOREIGN KEY(merge_id) REFERENCES commit_ (id), 
	CONSTRAINT fk_conflict_base_id FOREIGN KEY(base_id) REFERENCES commit_ (id), 
	CONSTRAINT fk_conflict_ours_id FOREIGN KEY(ours_id) REFERENCES commit_ (id), 
	CONSTRAINT fk_conflict_theirs_id FOREIGN KEY(theirs_id) REFERENCES commit_ (id), 
	CONSTRAINT fk_conflict_commit_id FOREIGN KEY(commit_id) REFERENCES commit_ (id), 
	CONSTRAINT fk_conflict_question_id FOREIGN KEY(question_id) REFERENCES question (id)
);
INSERT INTO "conflict" VALUES(1,1,1,5,1,1,4,3,'["label"]',NULL,NULL);
CREATE TABLE content (
	id INTEGER NOT NULL, 
	digest VARCHAR(40) NOT NULL, 
	value JSON NOT NULL, 
	CONSTRAINT pk_content PRIMARY KEY (id), 
	CONSTRAINT uq_content_digest UNIQUE (digest)
);
INSERT INTO "content" VALUES(1,'21aa9a3cc22a7c7618c24f017fd710e7294d1a8b','{"labels": ["money"]}');
INSERT INTO "content" VALUES(2,'e44041a9ee1b6e71df8a2762fda67aac5dc51bf9','{"labels": ["sport"]}');
INSERT INTO "content" VALUES(3,'6a142482397447593067f5fb5336e47e72b638f7','{"labels": ["food"]}');
CREATE TABLE correction (
	id INTEGER NOT NULL, 
	commit_id INTEGER NOT NULL, 
	item_id INTEGER NOT NULL, 
	kind VARCHAR(16) NOT NULL, 
	"before" JSON, 
	"after" JSON, 
	line INTEGER NOT NULL, 
	CONSTRAINT pk_correction PRIMARY KEY (id), 
	CONSTRAINT fk_correction_commit_id FOREIGN KEY(commit_id) REFERENCES commit_ (id), 
	CONSTRAINT fk_correction_item_id FOREIGN KEY(item_id) REFERENCES item (id)
);
CREATE TABLE counter (
	project_id INTEGER NOT NULL, 
	name VARCHAR(80) NOT NULL, 
	value INTEGER NOT NULL, 
	CONSTRAINT pk_counter PRIMARY KEY (project_id, name), 
	CONSTRAINT fk_counter_project_id FOREIGN KEY(project_id) REFERENCES project (id)
);
INSERT INTO "counter" VALUES(1,'answers',16);
INSERT INTO "counter" VALUES(1,'items',14);
INSERT INTO "counter" VALUES(1,'items.test',4);
INSERT INTO "counter" VALUES(1,'labels.1',11);
INSERT INTO "counter" VALUES(1,'questions.label.open',4);
INSERT INTO "counter" VALUES(1,'labels.1.test',2);
INSERT INTO "counter" VALUES(1,'questions.label.claimed',0);
INSERT INTO "counter" VALUES(1,'questions.label.resolved',4);
INSERT INTO "counter" VALUES(1,'questions.expert.open',1);
CREATE TABLE data_test (
	id INTEGER NOT NULL, 
	project_id INTEGER NOT NULL, 
	task_id INTEGER NOT NULL, 
	commit_id INTEGER NOT NULL, 
	into_id INTEGER, 
	name VARCHAR(80) NOT NULL, 
	required BOOLEAN NOT NULL, 
	blocks BOOLEAN NOT NULL, 
	severity VARCHAR(16), 
	count INTEGER NOT NULL, 
	findings JSON NOT NULL, 
	created FLOAT NOT NULL, 
	CONSTRAINT pk_data_test PRIMARY KEY (id), 
	CONSTRAINT fk_data_test_project_id FOREIGN KEY(project_id) REFERENCES project (id), 
	CONSTRAINT fk_data_test_task_id FOREIGN KEY(task_id) REFERENCES task (id), 
	CONSTRAINT fk_data_test_commit_id FOREIGN KEY(commit_id) REFERENCES commit_ (id), 
	CONSTRAINT fk_data_test_into_id FOREIGN KEY(into_id) REFERENCES commit_ (id)
);
CREATE TABLE erasure (
	id INTEGER NOT NULL, 
	project_id INTEGER NOT NULL, 
	items JSON NOT NULL, 
	state VARCHAR(16) NOT NULL, 
	done INTEGER NOT NULL, 
	counts JSON NOT NULL, 
	reason TEXT NOT NULL, 
	actor_id INTEGER NOT NULL, 
	created FLOAT NOT NULL, 
	finished FLOAT, 
	CONSTRAINT pk_erasure PRIMARY KEY (id), 
	CONSTRAINT fk_erasure_project_id FOREIGN KEY(project_id) REFERENCES project (id), 
	CONSTRAINT fk_erasure_actor_id FOREIGN KEY(actor_id) REFERENCES actor (id)
);
CREATE TABLE evaluation (
	id INTEGER NOT NULL, 
	project_id INTEGER NOT NULL, 
	model_id INTEGER NOT NULL, 
	n INTEGER NOT NULL, 
	test_digest VARCHAR(40) NOT NULL, 
	report JSON NOT NULL, 
	created FLOAT NOT NULL, 
	CONSTRAINT pk_evaluation PRIMARY KEY (id), 
	CONSTRAINT fk_evaluation_model_id FOREIGN KEY(model_id) REFERENCES model (id), 
	CONSTRAINT fk_evaluation_project_id FOREIGN KEY(project_id) REFERENCES project (id)
);
CREATE TABLE event (
	seq INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	kind VARCHAR(40) NOT NULL, 
	project_id INTEGER, 
	actor_id INTEGER, 
	subject VARCHAR(40), 
	body JSON, 
	at FLOAT NOT NULL
);
INSERT INTO "event" VALUES(1,'actor.added',NULL,1,'a1','{"name": "p0", "kind": "person", "role": "annotator"}',1700000000.0);
INSERT INTO "event" VALUES(2,'actor.added',NULL,2,'a2','{"name": "p1", "kind": "person", "role": "annotator"}',1700000000.0);
INSERT INTO "event" VALUES(3,'actor.added',NULL,3,'a3','{"name": "p2", "kind": "person", "role": "annotator"}',1700000000.0);
INSERT INTO "event" VALUES(4,'actor.added',NULL,4,'a4','{"name": "boss", "kind": "person", "role": "owner"}',1700000000.0);
INSERT INTO "event" VALUES(5,'project.created',1,4,'p1','{"name": "p"}',1700000000.0);
INSERT INTO "event" VALUES(6,'task.added',1,4,'t1','{"name": "t", "kind": "text_class@1", "version": 1, "options": {"labels": ["food", "money", "sport"], "multi": false}}',1700000000.0);
INSERT INTO "event" VALUES(7,'item.added',1,4,NULL,'{"count": 14, "first": "i1", "last": "i14"}',1700000000.0);
INSERT INTO "event" VALUES(8,'label.imported',1,4,NULL,'{"count": 6}',1700000000.0);
INSERT INTO "event" VALUES(9,'dataset.committed',1,4,'c1','{"commit": "c1", "rows": 6, "changed": 6, "digest": "d9d4543208c2cf93c6d29f9d8028a96e2adc6037"}',1700000000.0);
INSERT INTO "event" VALUES(10,'project.changed',1,4,'p1','{"settings": {"overlap": 2, "most_answers": null, "sure": 0.95, "answer_worth": null, "model_votes": false, "model_backs": true, "hour_costs": 0.0, "gold_share": 0.05, "gold_first": 10, "pause_below": 0.5, "practice": 0, "qualify": 0.8, "experts": true, "expert_gold": false, "members_only": false, "data_tests": [], "merge_tests": ["schema", "leakage", "label_conflicts:warning"], "merge_policy": {"answers": "green", "verdicts": "green", "corrections": "green"}, "merge_quorum": 1, "merge_roles": ["engineer", "owner"], "own_approval": false, "upload_mib": 1024, "slices": [], "assign": [], "never_after": [], "batch": 20, "strategy": "auto", "balance": false, "random_share": 0.1, "test_share": 0.25, "lease_seconds": 600, "blind_share": 0.1, "suggestions": true, "correction_weight": 1.0, "automatic_labels": false, "retrain_after": 1000, "decision_days": 14, "release_margin": 0.0, "sample_random": 0.02, "sample_uncertain": 0.05, "heuristic": null, "auto": true}}',1700000005.0);
INSERT INTO "event" VALUES(11,'job.progress',1,NULL,'j1','{"job": "j1", "kind": "select", "task": 1, "state": "queued", "done": 0, "total": null, "message": "waits for a worker"}',1700000005.0);
INSERT INTO "event" VALUES(12,'job.progress',1,NULL,'j1','{"job": "j1", "kind": "select", "task": 1, "state": "running", "done": 0, "total": null, "message": "starts"}',1700000005.0);
INSERT INTO "event" VALUES(13,'job.progress',1,NULL,'j1','{"job": "j1", "kind": "select", "task": 1, "state": "running", "done": 0, "total": 2, "message": "encodes new items"}',1700000005.0);
INSERT INTO "event" VALUES(14,'job.progress',1,NULL,'j1','{"job": "j1", "kind": "select", "task": 1, "state": "running", "done": 14, "total": 14, "message": "learns the words or shapes of the items"}',1700000005.0);
INSERT INTO "event" VALUES(15,'job.progress',1,NULL,'j1','{"job": "j1", "kind": "select", "task": 1, "state": "running", "done": 14, "total": 14, "message": "encodes the items"}',1700000005.0);
INSERT INTO "event" VALUES(16,'job.progress',1,NULL,'j1','{"job": "j1", "kind": "select", "task": 1, "state": "running", "done": 1, "total": 2, "message": "picks what to ask next"}',1700000005.0);
INSERT INTO "event" VALUES(17,'question.asked',1,NULL,'b1','{"questions": [1, 2, 3, 4, 5, 6, 7, 8], "lane": "label", "strategy": "auto", "task": 1}',1700000005.0);
INSERT INTO "event" VALUES(18,'job.progress',1,NULL,'j1','{"job": "j1", "kind": "select", "task": 1, "state": "done", "done": 1, "total": 2, "message": "8 questions picked"}',1700000005.0);
INSERT INTO "event" VALUES(19,'question.claimed',1,1,NULL,'{"questions": [1, 2, 3, 4, 5], "until": 1700000605.0}',1700000005.0);
INSERT INTO "event" VALUES(20,'answer.given',1,1,'q1','{"answer": "9d2e5f58-2b9b-42b5-8eed-eb6a03159176", "question": 1, "outcome": "answered", "held": true, "counted": true, "late": false, "supersedes": null, "state": "open"}',1700000005.0);
INSERT INTO "event" VALUES(21,'answer.given',1,1,'q2','{"answer": "2ebac1c5-67a4-47f4-ae8e-566d3a4d79fc", "question": 2, "outcome": "answered", "held": true, "counted": true, "late": false, "supersedes": null, "state": "open"}',1700000005.0);
INSERT INTO "event" VALUES(22,'answer.given',1,1,'q3','{"answer": "6952ed6c-8f75-4793-ab50-6c0e6320075d", "question": 3, "outcome": "answered", "held": true, "counted": true, "late": false, "supersedes": null, "state": "open"}',1700000005.0);
INSERT INTO "event" VALUES(23,'answer.given',1,1,'q4','{"answer": "0fac5c83-5a92-4786-bc57-7cf71350eb72", "question": 4, "outcome": "answered", "held": true, "counted": true, "late": false, "supersedes": null, "state": "open"}',1700000005.0);
INSERT INTO "event" VALUES(24,'answer.given',1,1,'q5','{"answer": "4c0d5b5a-4994-4a01-843e-e3434a2ca662", "question": 5, "outcome": "answered", "held": true, "counted": true, "late": false, "supersedes": null, "state": "open"}',1700000005.0);
INSERT INTO "event" VALUES(25,'question.claimed',1,3,NULL,'{"questions": [1, 2, 3, 4], "until": 1700000605.0}',1700000005.0);
INSERT INTO "event" VALUES(26,'answer.given',1,3,'q1','{"answer": "47ca34cf-3033-4ea7-8979-f47e37a3034b", "question": 1, "outcome": "answered", "held": true, "counted": true, "late": false, "supersedes": null, "state": "resolved"}',1700000005.0);
INSERT INTO "event" VALUES(27,'answer.given',1,3,'q2','{"answer": "e5cd0002-844d-4479-9576-d1dbc2f0d4bd", "question": 2, "outcome": "answered", "held": true, "counted": true, "late": false, "supersedes": null, "state": "resolved"}',1700000005.0);
INSERT INTO "event" VALUES(28,'answer.given',1,3,'q3','{"answer": "555d5464-bb13-4cfc-9fd5-d2063ce824a1", "question": 3, "outcome": "answered", "held": true, "counted": true, "late": false, "supersedes": null, "state": "resolved"}',1700000005.0);
INSERT INTO "event" VALUES(29,'answer.given',1,3,'q4','{"answer": "b99d1fae-5ff8-4a06-a467-b242a1df9d5d", "question": 4, "outcome": "answered", "held": true, "counted": true, "late": false, "supersedes": null, "state": "resolved"}',1700000005.0);
INSERT INTO "event" VALUES(30,'answer.given',1,1,'q1','{"answer": "36737d17-81c2-48de-9a3b-2556cb7004f1", "question": 1, "outcome": "answered", "held": false, "counted": true, "late": false, "supersedes": "9d2e5f58-2b9b-42b5-8eed-eb6a03159176", "state": "resolved"}',1700000010.0);
INSERT INTO "event" VALUES(31,'question.asked',1,NULL,'b2','{"questions": [9], "lane": "expert", "strategy": "conflict", "task": 1}',1700000010.0);
INSERT INTO "event" VALUES(32,'dataset.committed',1,4,'c2','{"commit": "c2", "rows": 11, "changed": 5, "digest": "567b6ed773787395d7e5898702be6025e8b01e6c"}',1700000015.0);
INSERT INTO "event" VALUES(33,'gold.added',1,4,'i1','{"item": "i1", "task": 1, "source": "known", "hidden": true}',1700000015.0);
INSERT INTO "event" VALUES(34,'dataset.branched',1,4,NULL,'{"branch": "corrections", "at": "c1", "task": 1}',1700000015.0);
INSERT INTO "event" VALUES(35,'dataset.committed',1,4,'c3','{"commit": "c3", "rows": 5, "changed": 2, "digest": "efa304169822b55081d2738293d25a3a6eb8dc44"}',1700000015.0);
INSERT INTO "event" VALUES(36,'dataset.tagged',1,4,'c1','{"tag": "v1", "commit": "c1", "task": 1}',1700000015.0);
INSERT INTO "event" VALUES(37,'dataset.committed',1,4,'c4','{"commit": "c4", "rows": 11, "changed": 1, "digest": "1706c8dd353c016a3101bfb9682762c4292808e0"}',1700000015.0);
INSERT INTO "event" VALUES(38,'dataset.committed',1,4,'c5','{"commit": "c5", "rows": 10, "changed": 2, "digest": "9ef2cd4d519a512618d5ca74ad9a1ab92985a5f8"}',1700000015.0);
CREATE TABLE freeze (
	id INTEGER NOT NULL, 
	project_id INTEGER NOT NULL, 
	task_id INTEGER, 
	what VARCHAR(16) NOT NULL, 
	name VARCHAR(1000), 
	items JSON, 
	reason TEXT NOT NULL, 
	actor_id INTEGER NOT NULL, 
	created FLOAT NOT NULL, 
	thawed FLOAT, 
	thawed_by INTEGER, 
	thaw_reason TEXT, 
	CONSTRAINT pk_freeze PRIMARY KEY (id), 
	CONSTRAINT fk_freeze_project_id FOREIGN KEY(project_id) REFERENCES project (id), 
	CONSTRAINT fk_freeze_task_id FOREIGN KEY(task_id) REFERENCES task (id), 
	CONSTRAINT fk_freeze_actor_id FOREIGN KEY(actor_id) REFERENCES actor (id), 
	CONSTRAINT fk_freeze_thawed_by FOREIGN KEY(thawed_by) REFERENCES actor (id)
);
CREATE TABLE gold (
	task_id INTEGER NOT NULL, 
	item_id INTEGER NOT NULL, 
	answer_id VARCHAR(36) NOT NULL, 
	value JSON NOT NULL, 
	source VARCHAR(16) NOT NULL, 
	hidden BOOLEAN NOT NULL, 
	note TEXT, 
	actor_id INTEGER NOT NULL, 
	created FLOAT NOT NULL, 
	CONSTRAINT pk_gold PRIMARY KEY (task_id, item_id), 
	CONSTRAINT fk_gold_task_id FOREIGN KEY(task_id) REFERENCES task (id), 
	CONSTRAINT fk_gold_item_id FOREIGN KEY(item_id) REFERENCES item (id), 
	CONSTRAINT fk_gold_actor_id FOREIGN KEY(actor_id) REFERENCES actor (id)
);
INSERT INTO "gold" VALUES(1,1,'018bcfe5-6800-7683-8225-ee40cd73ea48','{"labels": ["food"]}','known',1,'sure',4,1700000015.0);
CREATE TABLE guideline (
	id INTEGER NOT NULL, 
	task_id INTEGER NOT NULL, 
	version INTEGER NOT NULL, 
	text TEXT NOT NULL, 
	actor_id INTEGER NOT NULL, 
	created FLOAT NOT NULL, 
	CONSTRAINT pk_guideline PRIMARY KEY (id), 
	CONSTRAINT fk_guideline_actor_id FOREIGN KEY(actor_id) REFERENCES actor (id), 
	CONSTRAINT fk_guideline_task_id FOREIGN KEY(task_id) REFERENCES task (id), 
	CONSTRAINT uq_guideline_task_id_version UNIQUE (task_id, version)
);
CREATE TABLE identity (
	item_id INTEGER NOT NULL, 
	high INTEGER NOT NULL, 
	low INTEGER NOT NULL, 
	CONSTRAINT pk_identity PRIMARY KEY (item_id), 
	CONSTRAINT fk_identity_item_id FOREIGN KEY(item_id) REFERENCES item (id)
);
INSERT INTO "identity" VALUES(1,-4745714070896945037,-2373557199738984988);
INSERT INTO "identity" VALUES(2,-2706958391680001649,-3333168614046367256);
INSERT INTO "identity" VALUES(3,-1174981614339003170,-1911998553934861635);
INSERT INTO "identity" VALUES(4,-8526518395050943631,1901526852969878563);
INSERT INTO "identity" VALUES(5,1921541149805926671,-6298461002837101011);
INSERT INTO "identity" VALUES(6,1310905495179331243,8941856489506240691);
INSERT INTO "identity" VALUES(7,1304985699497862846,7034982366806456571);
INSERT INTO "identity" VALUES(8,-788792200641616029,-1243517792932186063);
INSERT INTO "identity" VALUES(9,-3176312455691488680,-7494649756872682437);
INSERT INTO "identity" VALUES(10,-4906193398125783924,1309644757523638217);
INSERT INTO "identity" VALUES(11,-6772926830112642575,3845694864384190716);
INSERT INTO "identity" VALUES(12,-6337329306246162010,-4946161227684113457);
INSERT INTO "identity" VALUES(13,-8501077098001668811,-2844891917035307081);
INSERT INTO "identity" VALUES(14,5618747602403431009,4538216329741276427);
CREATE TABLE invitation (
	hash VARCHAR(64) NOT NULL, 
	project_id INTEGER NOT NULL, 
	role VARCHAR(16) NOT NULL, 
	tags JSON NOT NULL, 
	actor_id INTEGER NOT NULL, 
	uses INTEGER NOT NULL, 
	created FLOAT NOT NULL, 
	expires FLOAT NOT NULL, 
	CONSTRAINT pk_invitation PRIMARY KEY (hash), 
	CONSTRAINT fk_invitation_project_id FOREIGN KEY(project_id) REFERENCES project (id), 
	CONSTRAINT fk_invitation_actor_id FOREIGN KEY(actor_id) REFERENCES actor (id)
);
CREATE TABLE item (
	id INTEGER NOT NULL, 
	project_id INTEGER NOT NULL, 
	"key" VARCHAR(200) NOT NULL, 
	digest VARCHAR(40) NOT NULL, 
	data JSON NOT NULL, 
	meta JSON, 
	test BOOLEAN NOT NULL, 
	created FLOAT NOT NULL, 
	CONSTRAINT pk_item PRIMARY KEY (id), 
	CONSTRAINT fk_item_project_id FOREIGN KEY(project_id) REFERENCES project (id), 
	CONSTRAINT uq_item_project_id_key UNIQUE (project_id, "key")
);
INSERT INTO "item" VALUES(1,1,'k0','79bef12717fb62464a8ea4a8840fd2ba80ffb183','{"text":"recipe butter salt cook pepper soup stock 0"}',NULL,0,1700000000.0);
INSERT INTO "item" VALUES(2,1,'k1','07fb46575568701ea90c054062da425c7d6d4f66','{"text":"invest market tax budget pepper referee invest 1"}',NULL,0,1700000000.0);
INSERT INTO "item" VALUES(3,1,'k2','22ab44612ae3eeea2445bca75d59866d4092608a','{"text":"score match referee stadium market price stadium 2"}',NULL,0,1700000000.0);
INSERT INTO "item" VALUES(4,1,'k3','ea49b02cdf6d0a7c0d960a8a0af3ce06ecdf9410','{"text":"flour recipe flour salt match cook butter 3"}',NULL,0,1700000000.0);
INSERT INTO "item" VALUES(5,1,'k4','04fd18edcbc6c33deb652baec78a78191fdd0ddb','{"text":"budget salary market budget season stock sugar 4"}',NULL,0,1700000000.0);
INSERT INTO "item" VALUES(6,1,'k5','24e9e797e048b0f509ced0f2ec65c0acef89dbc3','{"text":"ball win player season bank ball salt 5"}',NULL,0,1700000000.0);
INSERT INTO "item" VALUES(7,1,'k6','2bccdb898eaf15c53b91fb03cceb6b81a57ed056','{"text":"recipe soup cook recipe league flour win 6"}',NULL,1,1700000000.0);
INSERT INTO "item" VALUES(8,1,'k7','5449f84b7275685256580e571bdfd67c3b8b17fa','{"text":"salary cost market bank stadium pepper cost 7"}',NULL,0,1700000000.0);
INSERT INTO "item" VALUES(9,1,'k8','7659a69186ce59d19c809e7b36b74659de162bcf','{"text":"goal league win league market sugar budget 8"}',NULL,0,1700000000.0);
INSERT INTO "item" VALUES(10,1,'k9','7b40ea65fe15577bf53785b7e3e820c3b643da01','{"text":"sugar sugar salt sugar cheese flour referee 9"}',NULL,1,1700000000.0);
INSERT INTO "item" VALUES(11,1,'k10','850463a3235a4e727093874ece75857132923695','{"text":"credit credit tax tax salt match invest 10"}',NULL,0,1700000000.0);
INSERT INTO "item" VALUES(12,1,'k11','7466d3ca48f2213f064f795b89419a2efb15162f','{"text":"referee stadium referee referee cost sugar soup 11"}',NULL,1,1700000000.0);
INSERT INTO "item" VALUES(13,1,'k12','99f8b4ba1fb1dc255568779e2533c8f02dc73c1d','{"text":"flour cook butter recipe price butter budget 12"}',NULL,0,1700000000.0);
INSERT INTO "item" VALUES(14,1,'k13','0315bd3c859e74a7f6f12c5cebfcee0258f4b676','{"text":"bond market tax salary cost stock team 13"}',NULL,1,1700000000.0);
CREATE TABLE job (
	id INTEGER NOT NULL, 
	project_id INTEGER NOT NULL, 
	task_id INTEGER, 
	kind VARCHAR(32) NOT NULL, 
	args JSON NOT NULL, 
	state VARCHAR(16) NOT NULL, 
	attempt INTEGER DEFAULT '0' NOT NULL, 
	worker VARCHAR(80), 
	heartbeat FLOAT, 
	done INTEGER DEFAULT '0' NOT NULL, 
	total INTEGER, 
	message TEXT DEFAULT '' NOT NULL, 
	result JSON, 
	error JSON, 
	actor_id INTEGER, 
	created FLOAT NOT NULL, 
	started FLOAT, 
	finished FLOAT, 
	CONSTRAINT pk_job PRIMARY KEY (id), 
	CONSTRAINT fk_job_actor_id FOREIGN KEY(actor_id) REFERENCES actor (id), 
	CONSTRAINT fk_job_project_id FOREIGN KEY(project_id) REFERENCES project (id), 
	CONSTRAINT fk_job_task_id FOREIGN KEY(task_id) REFERENCES task (id)
);
INSERT INTO "job" VALUES(1,1,1,'select','{"level": 20, "position": 6, "items": 14}','done',1,'worker-1',1700000005.0,1,2,'8 questions picked','{"encoded": 14, "asked": 8, "stale": 0, "words": "8 questions picked"}',NULL,NULL,1700000005.0,1700000005.0,1700000005.0);
CREATE TABLE label (
	task_id INTEGER NOT NULL, 
	item_id INTEGER NOT NULL, 
	value JSON NOT NULL, 
	confidence FLOAT NOT NULL, 
	n INTEGER NOT NULL, 
	answers JSON NOT NULL, 
	test BOOLEAN NOT NULL, 
	position INTEGER NOT NULL, basis INTEGER, 
	CONSTRAINT pk_label PRIMARY KEY (task_id, item_id), 
	CONSTRAINT fk_label_item_id FOREIGN KEY(item_id) REFERENCES item (id), 
	CONSTRAINT fk_label_task_id FOREIGN KEY(task_id) REFERENCES task (id)
);
INSERT INTO "label" VALUES(1,1,'{"labels": ["food"]}',1.0,1,'["018bcfe5-6800-7683-8225-ee40cd73ea48"]',0,1,NULL);
INSERT INTO "label" VALUES(1,2,'{"labels": ["money"]}',1.0,1,'["018bcfe5-6800-7f92-bc8b-b59b8e77e7df"]',0,6,NULL);
INSERT INTO "label" VALUES(1,3,'{"labels": ["sport"]}',1.0,1,'["018bcfe5-6800-7088-84a5-9ff39df9f866"]',0,6,NULL);
INSERT INTO "label" VALUES(1,4,'{"labels": ["food"]}',1.0,1,'["018bcfe5-6800-7b58-9d2a-17dadcb03c36"]',0,6,NULL);
INSERT INTO "label" VALUES(1,5,'{"labels": ["money"]}',1.0,1,'["018bcfe5-6800-7273-9edc-a7f34418d740"]',0,6,NULL);
INSERT INTO "label" VALUES(1,6,'{"labels": ["sport"]}',1.0,1,'["018bcfe5-6800-7e7f-ada5-60fbf958dc26"]',0,6,NULL);
INSERT INTO "label" VALUES(1,9,'{"labels": ["money"]}',0.5,2,'["47ca34cf-3033-4ea7-8979-f47e37a3034b", "36737d17-81c2-48de-9a3b-2556cb7004f1"]',0,16,NULL);
INSERT INTO "label" VALUES(1,13,'{"labels": ["food"]}',1.0,2,'["2ebac1c5-67a4-47f4-ae8e-566d3a4d79fc", "e5cd0002-844d-4479-9576-d1dbc2f0d4bd"]',0,13,NULL);
INSERT INTO "label" VALUES(1,7,'{"labels": ["food"]}',1.0,2,'["6952ed6c-8f75-4793-ab50-6c0e6320075d", "555d5464-bb13-4cfc-9fd5-d2063ce824a1"]',1,14,NULL);
INSERT INTO "label" VALUES(1,10,'{"labels": ["food"]}',1.0,2,'["0fac5c83-5a92-4786-bc57-7cf71350eb72", "b99d1fae-5ff8-4a06-a467-b242a1df9d5d"]',1,15,NULL);
INSERT INTO "label" VALUES(1,11,'{"labels": ["money"]}',1.0,1,'["4c0d5b5a-4994-4a01-843e-e3434a2ca662"]',0,11,NULL);
CREATE TABLE login (
	hash VARCHAR(64) NOT NULL, 
	actor_id INTEGER NOT NULL, 
	expires FLOAT NOT NULL, 
	used FLOAT, 
	CONSTRAINT pk_login PRIMARY KEY (hash), 
	CONSTRAINT fk_login_actor_id FOREIGN KEY(actor_id) REFERENCES actor (id)
);
CREATE TABLE member (
	project_id INTEGER NOT NULL, 
	actor_id INTEGER NOT NULL, 
	role VARCHAR(16) NOT NULL, 
	state VARCHAR(16) NOT NULL, 
	tags JSON NOT NULL, 
	reason TEXT, 
	created FLOAT NOT NULL, 
	CONSTRAINT pk_member PRIMARY KEY (project_id, actor_id), 
	CONSTRAINT fk_member_project_id FOREIGN KEY(project_id) REFERENCES project (id), 
	CONSTRAINT fk_member_actor_id FOREIGN KEY(actor_id) REFERENCES actor (id)
);
CREATE TABLE meta (
	"key" VARCHAR(64) NOT NULL, 
	value JSON, 
	CONSTRAINT pk_meta PRIMARY KEY ("key")
);
CREATE TABLE migration (
	id INTEGER NOT NULL, 
	project_id INTEGER NOT NULL, 
	task_id INTEGER NOT NULL, 
	version INTEGER NOT NULL, 
	kind VARCHAR(16) NOT NULL, 
	sources JSON NOT NULL, 
	targets JSON NOT NULL, 
	"before" JSON NOT NULL, 
	"after" JSON NOT NULL, 
	undoes INTEGER, 
	commit_id INTEGER NOT NULL, 
	question_id INTEGER NOT NULL, 
	body JSON NOT NULL, 
	reason TEXT NOT NULL, 
	actor_id INTEGER NOT NULL, 
	created FLOAT NOT NULL, 
	CONSTRAINT pk_migration PRIMARY KEY (id), 
	CONSTRAINT uq_migration_task_id_version UNIQUE (task_id, version), 
	CONSTRAINT fk_migration_project_id FOREIGN KEY(project_id) REFERENCES project (id), 
	CONSTRAINT fk_migration_task_id FOREIGN KEY(task_id) REFERENCES task (id), 
	CONSTRAINT fk_migration_actor_id FOREIGN KEY(actor_id) REFERENCES actor (id)
);
CREATE TABLE model (
	id INTEGER NOT NULL, 
	project_id INTEGER NOT NULL, 
	task_id INTEGER NOT NULL, 
	run_id INTEGER NOT NULL, 
	number INTEGER NOT NULL, 
	digest VARCHAR(40) NOT NULL, 
	scores VARCHAR(40), 
	labels INTEGER NOT NULL, 
	human_seconds FLOAT NOT NULL, 
	created FLOAT NOT NULL, 
	CONSTRAINT pk_model PRIMARY KEY (id), 
	CONSTRAINT fk_model_project_id FOREIGN KEY(project_id) REFERENCES project (id), 
	CONSTRAINT fk_model_run_id FOREIGN KEY(run_id) REFERENCES run (id), 
	CONSTRAINT fk_model_task_id FOREIGN KEY(task_id) REFERENCES task (id), 
	CONSTRAINT uq_model_run_id UNIQUE (run_id), 
	CONSTRAINT uq_model_task_id_number UNIQUE (task_id, number)
);
CREATE TABLE outsider (
	actor_id INTEGER NOT NULL, 
	workforce_id INTEGER NOT NULL, 
	worker VARCHAR(200) NOT NULL, 
	CONSTRAINT pk_outsider PRIMARY KEY (actor_id), 
	CONSTRAINT fk_outsider_actor_id FOREIGN KEY(actor_id) REFERENCES actor (id), 
	CONSTRAINT fk_outsider_workforce_id FOREIGN KEY(workforce_id) REFERENCES workforce (id), 
	CONSTRAINT uq_outsider_workforce_id_worker UNIQUE (workforce_id, worker)
);
CREATE TABLE posting (
	id INTEGER NOT NULL, 
	workforce_id INTEGER NOT NULL, 
	question_id INTEGER NOT NULL, 
	state VARCHAR(16) NOT NULL, 
	until FLOAT NOT NULL, 
	created FLOAT NOT NULL, 
	CONSTRAINT pk_posting PRIMARY KEY (id), 
	CONSTRAINT fk_posting_workforce_id FOREIGN KEY(workforce_id) REFERENCES workforce (id), 
	CONSTRAINT fk_posting_question_id FOREIGN KEY(question_id) REFERENCES question (id)
);
CREATE TABLE prediction (
	id INTEGER NOT NULL, 
	project_id INTEGER NOT NULL, 
	task_id INTEGER NOT NULL, 
	release_id INTEGER NOT NULL, 
	model_id INTEGER NOT NULL, 
	data JSON NOT NULL, 
	value JSON NOT NULL, 
	confidence FLOAT NOT NULL, 
	probabilities JSON NOT NULL, 
	sampled VARCHAR(32), 
	probability FLOAT NOT NULL, 
	item_id INTEGER, 
	feedback JSON, 
	actor_id INTEGER NOT NULL, 
	created FLOAT NOT NULL, 
	CONSTRAINT pk_prediction PRIMARY KEY (id), 
	CONSTRAINT fk_prediction_actor_id FOREIGN KEY(actor_id) REFERENCES actor (id), 
	CONSTRAINT fk_prediction_item_id FOREIGN KEY(item_id) REFERENCES item (id), 
	CONSTRAINT fk_prediction_model_id FOREIGN KEY(model_id) REFERENCES model (id), 
	CONSTRAINT fk_prediction_project_id FOREIGN KEY(project_id) REFERENCES project (id), 
	CONSTRAINT fk_prediction_release_id FOREIGN KEY(release_id) REFERENCES release (id), 
	CONSTRAINT fk_prediction_task_id FOREIGN KEY(task_id) REFERENCES task (id)
);
CREATE TABLE project (
	id INTEGER NOT NULL, 
	name VARCHAR(200) NOT NULL, 
	settings JSON NOT NULL, 
	salt VARCHAR(32) NOT NULL, 
	created FLOAT NOT NULL, 
	CONSTRAINT pk_project PRIMARY KEY (id), 
	CONSTRAINT uq_project_name UNIQUE (name)
);
INSERT INTO "project" VALUES(1,'p','{"overlap": 2, "most_answers": null, "sure": 0.95, "answer_worth": null, "model_votes": false, "model_backs": true, "hour_costs": 0.0, "gold_share": 0.05, "gold_first": 10, "pause_below": 0.5, "practice": 0, "qualify": 0.8, "experts": true, "expert_gold": false, "members_only": false, "data_tests": [], "merge_tests": ["schema", "leakage", "label_conflicts:warning"], "merge_policy": {"answers": "green", "verdicts": "green", "corrections": "green"}, "merge_quorum": 1, "merge_roles": ["engineer", "owner"], "own_approval": false, "upload_mib": 1024, "slices": [], "assign": [], "never_after": [], "batch": 20, "strategy": "auto", "balance": false, "random_share": 0.1, "test_share": 0.25, "lease_seconds": 600, "blind_share": 0.1, "suggestions": true, "correction_weight": 1.0, "automatic_labels": false, "retrain_after": 1000, "decision_days": 14, "release_margin": 0.0, "sample_random": 0.02, "sample_uncertain": 0.05, "heuristic": null, "auto": true}','salt',1700000000.0);
CREATE TABLE quality (
	task_id INTEGER NOT NULL, 
	position INTEGER NOT NULL, 
	answers INTEGER NOT NULL, 
	suggestions JSON NOT NULL, 
	body JSON NOT NULL, 
	created FLOAT NOT NULL, 
	CONSTRAINT pk_quality PRIMARY KEY (task_id), 
	CONSTRAINT fk_quality_task_id FOREIGN KEY(task_id) REFERENCES task (id)
);
CREATE TABLE quality_actor (
	task_id INTEGER NOT NULL, 
	actor_id INTEGER NOT NULL, 
	answers INTEGER NOT NULL, 
	body JSON NOT NULL, 
	CONSTRAINT pk_quality_actor PRIMARY KEY (task_id, actor_id), 
	CONSTRAINT fk_quality_actor_task_id FOREIGN KEY(task_id) REFERENCES task (id), 
	CONSTRAINT fk_quality_actor_actor_id FOREIGN KEY(actor_id) REFERENCES actor (id)
);
CREATE TABLE question (
	id INTEGER NOT NULL, 
	project_id INTEGER NOT NULL, 
	task_id INTEGER, 
	item_id INTEGER, 
	batch_id INTEGER NOT NULL, 
	lane VARCHAR(16) NOT NULL, 
	shape VARCHAR(32) NOT NULL, 
	strategy VARCHAR(80) NOT NULL, 
	probability FLOAT NOT NULL, 
	score FLOAT NOT NULL, 
	reason TEXT NOT NULL, 
	priority FLOAT NOT NULL, 
	blind BOOLEAN NOT NULL, 
	suggestion JSON, 
	body JSON, 
	expires FLOAT, 
	created FLOAT NOT NULL, 
	needs INTEGER NOT NULL, 
	got INTEGER DEFAULT '0' NOT NULL, 
	held INTEGER DEFAULT '0' NOT NULL, 
	skips INTEGER DEFAULT '0' NOT NULL, 
	doubts INTEGER DEFAULT '0' NOT NULL, 
	state VARCHAR(16) DEFAULT 'open' NOT NULL, audience VARCHAR(80), most INTEGER, 
	CONSTRAINT pk_question PRIMARY KEY (id), 
	CONSTRAINT fk_question_batch_id FOREIGN KEY(batch_id) REFERENCES batch (id), 
	CONSTRAINT fk_question_item_id FOREIGN KEY(item_id) REFERENCES item (id), 
	CONSTRAINT fk_question_project_id FOREIGN KEY(project_id) REFERENCES project (id), 
	CONSTRAINT fk_question_task_id FOREIGN KEY(task_id) REFERENCES task (id)
);
INSERT INTO "question" VALUES(1,1,1,9,1,'label','choice','typiclust',0.0,0.0,'typical of a group of 1 similar items with no label yet',1.0,0,NULL,NULL,NULL,1700000005.0,2,2,0,0,0,'resolved',NULL,NULL);
INSERT INTO "question" VALUES(2,1,1,13,1,'label','choice','typiclust',0.0,0.0,'typical of a group of 1 similar items with no label yet',0.875,0,NULL,NULL,NULL,1700000005.0,2,2,0,0,0,'resolved',NULL,NULL);
INSERT INTO "question" VALUES(3,1,1,7,1,'label','choice','random',1.0,0.0,'one of 4 drawn at random from 4',0.75,0,NULL,NULL,NULL,1700000005.0,2,2,0,0,0,'resolved',NULL,NULL);
INSERT INTO "question" VALUES(4,1,1,10,1,'label','choice','random',1.0,0.0,'one of 4 drawn at random from 4',0.625,0,NULL,NULL,NULL,1700000005.0,2,2,0,0,0,'resolved',NULL,NULL);
INSERT INTO "question" VALUES(5,1,1,11,1,'label','choice','typiclust',0.0,0.0,'typical of a group of 1 similar items with no label yet',0.5,0,NULL,NULL,NULL,1700000005.0,2,1,0,0,0,'open',NULL,NULL);
INSERT INTO "question" VALUES(6,1,1,14,1,'label','choice','random',1.0,0.0,'one of 4 drawn at random from 4',0.375,0,NULL,NULL,NULL,1700000005.0,2,0,0,0,0,'open',NULL,NULL);
INSERT INTO "question" VALUES(7,1,1,8,1,'label','choice','typiclust',0.0,0.0,'typical of a group of 1 similar items with no label yet',0.25,0,NULL,NULL,NULL,1700000005.0,2,0,0,0,0,'open',NULL,NULL);
INSERT INTO "question" VALUES(8,1,1,12,1,'label','choice','random',1.0,0.0,'one of 4 drawn at random from 4',0.125,0,NULL,NULL,NULL,1700000005.0,2,0,0,0,0,'open',NULL,NULL);
INSERT INTO "question" VALUES(9,1,1,9,2,'expert','choice','conflict',0.0,0.0,'people disagree: sport (1), money (1)',0.0,0,NULL,'{"why": "disagree", "values": [{"value": {"labels": ["sport"]}, "outcome": "answered", "n": 1, "reasons": []}, {"value": {"labels": ["money"]}, "outcome": "answered", "n": 1, "reasons": []}]}',NULL,1700000010.0,1,0,0,0,0,'open',NULL,NULL);
CREATE TABLE release (
	id INTEGER NOT NULL, 
	project_id INTEGER NOT NULL, 
	task_id INTEGER NOT NULL, 
	model_id INTEGER NOT NULL, 
	question_id INTEGER, 
	actor_id INTEGER NOT NULL, 
	reason TEXT NOT NULL, 
	created FLOAT NOT NULL, 
	CONSTRAINT pk_release PRIMARY KEY (id), 
	CONSTRAINT fk_release_actor_id FOREIGN KEY(actor_id) REFERENCES actor (id), 
	CONSTRAINT fk_release_model_id FOREIGN KEY(model_id) REFERENCES model (id), 
	CONSTRAINT fk_release_project_id FOREIGN KEY(project_id) REFERENCES project (id), 
	CONSTRAINT fk_release_task_id FOREIGN KEY(task_id) REFERENCES task (id)
);
CREATE TABLE request (
	id INTEGER NOT NULL, 
	project_id INTEGER NOT NULL, 
	task_id INTEGER NOT NULL, 
	source_id INTEGER NOT NULL, 
	target_id INTEGER NOT NULL, 
	kind VARCHAR(16) NOT NULL, 
	title TEXT NOT NULL, 
	actor_id INTEGER NOT NULL, 
	auto BOOLEAN NOT NULL, 
	state VARCHAR(16) NOT NULL, 
	head_id INTEGER NOT NULL, 
	into_id INTEGER, 
	question_id INTEGER, 
	merge_id INTEGER, 
	decided_by INTEGER, 
	reason TEXT, 
	overridden BOOLEAN NOT NULL, 
	created FLOAT NOT NULL, 
	expires FLOAT NOT NULL, 
	ended FLOAT, 
	CONSTRAINT pk_request PRIMARY KEY (id), 
	CONSTRAINT fk_request_project_id FOREIGN KEY(project_id) REFERENCES project (id), 
	CONSTRAINT fk_request_task_id FOREIGN KEY(task_id) REFERENCES task (id), 
	CONSTRAINT fk_request_source_id FOREIGN KEY(source_id) REFERENCES branch (id), 
	CONSTRAINT fk_request_target_id FOREIGN KEY(target_id) REFERENCES branch (id), 
	CONSTRAINT fk_request_actor_id FOREIGN KEY(actor_id) REFERENCES actor (id), 
	CONSTRAINT fk_request_decided_by FOREIGN KEY(decided_by) REFERENCES actor (id), 
	CONSTRAINT fk_request_question_id FOREIGN KEY(question_id) REFERENCES question (id), 
	CONSTRAINT fk_request_head_id FOREIGN KEY(head_id) REFERENCES commit_ (id), 
	CONSTRAINT fk_request_into_id FOREIGN KEY(into_id) REFERENCES commit_ (id), 
	CONSTRAINT fk_request_merge_id FOREIGN KEY(merge_id) REFERENCES commit_ (id)
);
CREATE TABLE review (
	id INTEGER NOT NULL, 
	project_id INTEGER NOT NULL, 
	task_id INTEGER NOT NULL, 
	actor_id INTEGER NOT NULL, 
	by_id INTEGER NOT NULL, 
	since INTEGER NOT NULL, 
	until INTEGER NOT NULL, 
	size INTEGER NOT NULL, 
	sample JSON NOT NULL, 
	state VARCHAR(16) NOT NULL, 
	reason TEXT, 
	created FLOAT NOT NULL, 
	closed FLOAT, 
	CONSTRAINT pk_review PRIMARY KEY (id), 
	CONSTRAINT fk_review_project_id FOREIGN KEY(project_id) REFERENCES project (id), 
	CONSTRAINT fk_review_task_id FOREIGN KEY(task_id) REFERENCES task (id), 
	CONSTRAINT fk_review_actor_id FOREIGN KEY(actor_id) REFERENCES actor (id), 
	CONSTRAINT fk_review_by_id FOREIGN KEY(by_id) REFERENCES actor (id)
);
CREATE TABLE revision (
	branch_id INTEGER NOT NULL, 
	item_id INTEGER NOT NULL, 
	commit_id INTEGER NOT NULL, 
	content_id INTEGER, 
	confidence FLOAT, 
	answers JSON, 
	split VARCHAR(16), 
	weight FLOAT, 
	edited INTEGER NOT NULL, 
	position INTEGER NOT NULL, 
	CONSTRAINT pk_revision PRIMARY KEY (branch_id, item_id, commit_id), 
	CONSTRAINT fk_revision_commit_id FOREIGN KEY(commit_id) REFERENCES commit_ (id)
)
 WITHOUT ROWID

;
INSERT INTO "revision" VALUES(1,1,1,3,1.0,'["018bcfe5-6800-7683-8225-ee40cd73ea48"]',NULL,NULL,0,6);
INSERT INTO "revision" VALUES(1,1,4,2,1.0,NULL,NULL,NULL,1,16);
INSERT INTO "revision" VALUES(1,1,5,3,1.0,'["018bcfe5-6800-7683-8225-ee40cd73ea48"]',NULL,NULL,1,16);
INSERT INTO "revision" VALUES(1,2,1,1,1.0,'["018bcfe5-6800-7f92-bc8b-b59b8e77e7df"]',NULL,NULL,0,6);
INSERT INTO "revision" VALUES(1,2,5,NULL,NULL,NULL,NULL,NULL,1,16);
INSERT INTO "revision" VALUES(1,3,1,2,1.0,'["018bcfe5-6800-7088-84a5-9ff39df9f866"]',NULL,NULL,0,6);
INSERT INTO "revision" VALUES(1,4,1,3,1.0,'["018bcfe5-6800-7b58-9d2a-17dadcb03c36"]',NULL,NULL,0,6);
INSERT INTO "revision" VALUES(1,5,1,1,1.0,'["018bcfe5-6800-7273-9edc-a7f34418d740"]',NULL,NULL,0,6);
INSERT INTO "revision" VALUES(1,6,1,2,1.0,'["018bcfe5-6800-7e7f-ada5-60fbf958dc26"]',NULL,NULL,0,6);
INSERT INTO "revision" VALUES(1,7,2,3,1.0,'["6952ed6c-8f75-4793-ab50-6c0e6320075d", "555d5464-bb13-4cfc-9fd5-d2063ce824a1"]','test',NULL,0,14);
INSERT INTO "revision" VALUES(1,9,2,1,0.5,'["47ca34cf-3033-4ea7-8979-f47e37a3034b", "36737d17-81c2-48de-9a3b-2556cb7004f1"]',NULL,NULL,0,16);
INSERT INTO "revision" VALUES(1,10,2,3,1.0,'["0fac5c83-5a92-4786-bc57-7cf71350eb72", "b99d1fae-5ff8-4a06-a467-b242a1df9d5d"]','test',NULL,0,15);
INSERT INTO "revision" VALUES(1,11,2,1,1.0,'["4c0d5b5a-4994-4a01-843e-e3434a2ca662"]',NULL,NULL,0,11);
INSERT INTO "revision" VALUES(1,13,2,3,1.0,'["2ebac1c5-67a4-47f4-ae8e-566d3a4d79fc", "e5cd0002-844d-4479-9576-d1dbc2f0d4bd"]',NULL,NULL,0,13);
INSERT INTO "revision" VALUES(2,1,3,1,1.0,NULL,NULL,2.0,1,16);
INSERT INTO "revision" VALUES(2,2,3,NULL,NULL,NULL,NULL,NULL,1,16);
CREATE TABLE run (
	id INTEGER NOT NULL, 
	project_id INTEGER NOT NULL, 
	task_id INTEGER NOT NULL, 
	commit_id INTEGER NOT NULL, 
	job_id INTEGER, 
	learner VARCHAR(80) NOT NULL, 
	params JSON NOT NULL, 
	seed INTEGER NOT NULL, 
	seconds FLOAT NOT NULL, 
	created FLOAT NOT NULL, 
	CONSTRAINT pk_run PRIMARY KEY (id), 
	CONSTRAINT fk_run_commit_id FOREIGN KEY(commit_id) REFERENCES commit_ (id), 
	CONSTRAINT fk_run_project_id FOREIGN KEY(project_id) REFERENCES project (id), 
	CONSTRAINT fk_run_task_id FOREIGN KEY(task_id) REFERENCES task (id)
);
CREATE TABLE session (
	hash VARCHAR(64) NOT NULL, 
	actor_id INTEGER NOT NULL, 
	csrf VARCHAR(64) NOT NULL, 
	created FLOAT NOT NULL, 
	expires FLOAT NOT NULL, 
	CONSTRAINT pk_session PRIMARY KEY (hash), 
	CONSTRAINT fk_session_actor_id FOREIGN KEY(actor_id) REFERENCES actor (id)
);
CREATE TABLE sign_in (
	issuer VARCHAR(400) NOT NULL, 
	subject VARCHAR(400) NOT NULL, 
	actor_id INTEGER NOT NULL, 
	created FLOAT NOT NULL, 
	CONSTRAINT pk_sign_in PRIMARY KEY (issuer, subject), 
	CONSTRAINT fk_sign_in_actor_id FOREIGN KEY(actor_id) REFERENCES actor (id)
);
CREATE TABLE skill (
	seq INTEGER NOT NULL, 
	task_id INTEGER NOT NULL, 
	actor_id INTEGER NOT NULL, 
	accuracy FLOAT NOT NULL, 
	low FLOAT NOT NULL, 
	high FLOAT NOT NULL, 
	n FLOAT NOT NULL, 
	checks INTEGER NOT NULL, 
	matched INTEGER NOT NULL, 
	classes JSON, 
	position INTEGER NOT NULL, 
	created FLOAT NOT NULL, 
	CONSTRAINT pk_skill PRIMARY KEY (seq), 
	CONSTRAINT fk_skill_task_id FOREIGN KEY(task_id) REFERENCES task (id), 
	CONSTRAINT fk_skill_actor_id FOREIGN KEY(actor_id) REFERENCES actor (id)
);
CREATE TABLE split (
	id INTEGER NOT NULL, 
	cascade_id INTEGER NOT NULL, 
	round_id INTEGER NOT NULL, 
	question_id INTEGER NOT NULL, 
	actor_id INTEGER NOT NULL, 
	low FLOAT, 
	high FLOAT, 
	evidence JSON, 
	created FLOAT NOT NULL, 
	applied FLOAT, 
	labelled INTEGER, 
	audit_id INTEGER, 
	revoked FLOAT, 
	CONSTRAINT pk_split PRIMARY KEY (id), 
	CONSTRAINT fk_split_cascade_id FOREIGN KEY(cascade_id) REFERENCES "cascade" (id), 
	CONSTRAINT fk_split_round_id FOREIGN KEY(round_id) REFERENCES cascade_round (id), 
	CONSTRAINT fk_split_question_id FOREIGN KEY(question_id) REFERENCES question (id), 
	CONSTRAINT fk_split_actor_id FOREIGN KEY(actor_id) REFERENCES actor (id), 
	CONSTRAINT fk_split_audit_id FOREIGN KEY(audit_id) REFERENCES batch (id), 
	CONSTRAINT uq_split_actor_id UNIQUE (actor_id), 
	CONSTRAINT uq_split_question_id UNIQUE (question_id)
);
CREATE TABLE tag (
	task_id INTEGER NOT NULL, 
	name VARCHAR(200) NOT NULL, 
	commit_id INTEGER NOT NULL, 
	message TEXT NOT NULL, 
	actor_id INTEGER NOT NULL, 
	created FLOAT NOT NULL, 
	CONSTRAINT pk_tag PRIMARY KEY (task_id, name), 
	CONSTRAINT fk_tag_task_id FOREIGN KEY(task_id) REFERENCES task (id), 
	CONSTRAINT fk_tag_commit_id FOREIGN KEY(commit_id) REFERENCES commit_ (id), 
	CONSTRAINT fk_tag_actor_id FOREIGN KEY(actor_id) REFERENCES actor (id)
);
INSERT INTO "tag" VALUES(1,'v1',1,'first',4,1700000015.0);
CREATE TABLE task (
	id INTEGER NOT NULL, 
	project_id INTEGER NOT NULL, 
	name VARCHAR(200) NOT NULL, 
	kind VARCHAR(80) NOT NULL, 
	version INTEGER NOT NULL, 
	options JSON NOT NULL, 
	created FLOAT NOT NULL, 
	CONSTRAINT pk_task PRIMARY KEY (id), 
	CONSTRAINT fk_task_project_id FOREIGN KEY(project_id) REFERENCES project (id), 
	CONSTRAINT uq_task_project_id_name UNIQUE (project_id, name)
);
INSERT INTO "task" VALUES(1,1,'t','text_class@1',1,'{"labels": ["food", "money", "sport"], "multi": false}',1700000000.0);
CREATE TABLE turn (
	question_id INTEGER NOT NULL, 
	actor_id INTEGER NOT NULL, 
	state VARCHAR(16) NOT NULL, 
	until FLOAT NOT NULL, 
	CONSTRAINT pk_turn PRIMARY KEY (question_id, actor_id), 
	CONSTRAINT fk_turn_actor_id FOREIGN KEY(actor_id) REFERENCES actor (id), 
	CONSTRAINT fk_turn_question_id FOREIGN KEY(question_id) REFERENCES question (id)
);
INSERT INTO "turn" VALUES(1,1,'done',1700000605.0);
INSERT INTO "turn" VALUES(2,1,'done',1700000605.0);
INSERT INTO "turn" VALUES(3,1,'done',1700000605.0);
INSERT INTO "turn" VALUES(4,1,'done',1700000605.0);
INSERT INTO "turn" VALUES(5,1,'done',1700000605.0);
INSERT INTO "turn" VALUES(1,3,'done',1700000605.0);
INSERT INTO "turn" VALUES(2,3,'done',1700000605.0);
INSERT INTO "turn" VALUES(3,3,'done',1700000605.0);
INSERT INTO "turn" VALUES(4,3,'done',1700000605.0);
CREATE TABLE webhook (
	id INTEGER NOT NULL, 
	project_id INTEGER NOT NULL, 
	address TEXT NOT NULL, 
	kinds JSON NOT NULL, 
	salt VARCHAR(64) NOT NULL, 
	private BOOLEAN NOT NULL, 
	state VARCHAR(16) NOT NULL, 
	position INTEGER NOT NULL, 
	delivered INTEGER NOT NULL, 
	tries INTEGER NOT NULL, 
	next_try FLOAT NOT NULL, 
	busy_until FLOAT NOT NULL, 
	status INTEGER, 
	error TEXT, 
	actor_id INTEGER NOT NULL, 
	created FLOAT NOT NULL, 
	CONSTRAINT pk_webhook PRIMARY KEY (id), 
	CONSTRAINT fk_webhook_project_id FOREIGN KEY(project_id) REFERENCES project (id), 
	CONSTRAINT fk_webhook_actor_id FOREIGN KEY(actor_id) REFERENCES actor (id)
);
CREATE TABLE worker (
	name VARCHAR(80) NOT NULL, 
	heartbeat FLOAT NOT NULL, 
	started FLOAT NOT NULL, 
	CONSTRAINT pk_worker PRIMARY KEY (name)
);
CREATE TABLE workforce (
	id INTEGER NOT NULL, 
	project_id INTEGER NOT NULL, 
	task_id INTEGER NOT NULL, 
	actor_id INTEGER NOT NULL, 
	name VARCHAR(80) NOT NULL, 
	kind VARCHAR(80) NOT NULL, 
	address TEXT NOT NULL, 
	options JSON NOT NULL, 
	deadline FLOAT NOT NULL, 
	most INTEGER NOT NULL, 
	keep INTEGER NOT NULL, 
	salt VARCHAR(64) NOT NULL, 
	private BOOLEAN NOT NULL, 
	state VARCHAR(16) NOT NULL, 
	failures INTEGER NOT NULL, 
	next_try FLOAT NOT NULL, 
	busy_until FLOAT NOT NULL, 
	error TEXT, 
	created FLOAT NOT NULL, 
	CONSTRAINT pk_workforce PRIMARY KEY (id), 
	CONSTRAINT fk_workforce_project_id FOREIGN KEY(project_id) REFERENCES project (id), 
	CONSTRAINT fk_workforce_task_id FOREIGN KEY(task_id) REFERENCES task (id), 
	CONSTRAINT fk_workforce_actor_id FOREIGN KEY(actor_id) REFERENCES actor (id), 
	CONSTRAINT uq_workforce_name UNIQUE (name)
);
CREATE INDEX ix_event_project ON event (project_id, seq);
CREATE INDEX ix_item_page ON item (project_id, id);
CREATE INDEX ix_job_project ON job (project_id, id);
CREATE INDEX ix_job_state ON job (state, id);
CREATE INDEX ix_label_position ON label (task_id, position);
CREATE INDEX ix_question_batch ON question (batch_id);
CREATE INDEX ix_question_expires ON question (expires) WHERE state IN ('open', 'claimed') AND expires IS NOT NULL;
CREATE INDEX ix_question_item ON question (item_id, task_id);
CREATE INDEX ix_question_open ON question (project_id, lane, priority DESC, id) WHERE state = 'open';
CREATE INDEX ix_question_page ON question (project_id, lane, state, id);
CREATE INDEX ix_answer_actor ON answer (actor_id, seq);
CREATE INDEX ix_answer_item ON answer (item_id, task_id);
CREATE INDEX ix_answer_page ON answer (project_id, seq);
CREATE INDEX ix_answer_question ON answer (question_id);
CREATE INDEX ix_turn_actor ON turn (actor_id, state);
CREATE INDEX ix_turn_held ON turn (until) WHERE state = 'held';
CREATE INDEX ix_evaluation_model ON evaluation (model_id, id);
CREATE INDEX ix_release_task ON release (task_id, id);
CREATE INDEX ix_prediction_item ON prediction (item_id);
CREATE INDEX ix_prediction_page ON prediction (project_id, id);
CREATE INDEX ix_member_actor ON member (actor_id);
CREATE INDEX ix_invitation_project ON invitation (project_id);
CREATE INDEX ix_skill_actor ON skill (task_id, actor_id, seq);
CREATE INDEX ix_aside_question ON aside (question_id);
CREATE INDEX ix_review_actor ON review (task_id, actor_id, id);
CREATE INDEX ix_review_project ON review (project_id, id);
CREATE UNIQUE INDEX ix_branch_name ON branch (task_id, name) WHERE closed IS NULL;
CREATE INDEX ix_conflict_merge ON "conflict" (merge_id);
CREATE INDEX ix_conflict_question ON "conflict" (question_id);
CREATE INDEX ix_revision_commit ON revision (commit_id);
CREATE INDEX ix_commit_branch ON commit_ (branch_id, id);
CREATE INDEX ix_commit_task ON commit_ (task_id, id);
CREATE INDEX ix_posting_state ON posting (workforce_id, state);
CREATE INDEX ix_posting_question ON posting (question_id);
CREATE INDEX ix_webhook_project ON webhook (project_id);
CREATE INDEX ix_sign_in_actor ON sign_in (actor_id);
CREATE INDEX ix_freeze_project ON freeze (project_id) WHERE thawed IS NULL;
CREATE INDEX ix_correction_commit ON correction (commit_id, id);
CREATE INDEX ix_erasure_project ON erasure (project_id, id);
CREATE INDEX ix_request_task ON request (task_id, state);
CREATE INDEX ix_request_question ON request (question_id);
CREATE INDEX ix_comment_request ON comment (request_id);
CREATE INDEX ix_data_test_commit ON data_test (commit_id);
CREATE INDEX ix_cascade_task ON "cascade" (task_id, id);
CREATE INDEX ix_cascade_round_cascade ON cascade_round (cascade_id, id);
CREATE INDEX ix_cascade_round_question ON cascade_round (question_id);
CREATE INDEX ix_split_cascade ON split (cascade_id, id);
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('event',38);
COMMIT;
