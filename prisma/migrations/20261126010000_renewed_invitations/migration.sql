-- An invitation that expired, got lost or went to the wrong address is given a new secret, so that the old link opens nothing.

grant update (email, auth_hash, expires_at) on invitation to holdfast_app;
