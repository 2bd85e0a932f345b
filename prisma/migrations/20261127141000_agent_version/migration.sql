-- Which program a machine's agent last said that it is; nothing is decided by it.
alter table machine add column agent_version text check (length(agent_version) between 1 and 32);
grant update (agent_version) on machine to holdfast_app;
