-- A vendor's questions are sealed from now on. Those that lie open before somebody at this moment are asked anew.

UPDATE proofing_case SET state = '{"state":"expired","at":' || created_at || '}', live_until = NULL, version = version + 1
WHERE state LIKE '%"questions":[%';
