export interface PostgresSettings {
  readonly port: number;
  /** False only for databases of tests, which nobody misses after a crash. */
  readonly isDurable: boolean;
}

/**
 * `holdfast.conf`, written anew at each start. Only loopback is listened to. Nothing that a statement held is logged:
 * failing statements stay out (`log_min_error_statement`) and so do the values of a violated constraint (`terse`).
 */
export function renderSettings({ port, isDurable }: PostgresSettings): string {
  const durability = isDurable ? [] : ["fsync = off", "synchronous_commit = off", "full_page_writes = off"];
  return [
    "# Written by Holdfast at every start; changes here are lost.",
    "listen_addresses = '127.0.0.1'",
    "unix_socket_directories = ''",
    `port = ${port}`,
    "max_connections = 120",
    "password_encryption = 'scram-sha-256'",
    "shared_buffers = '128MB'",
    "max_wal_size = '2GB'",
    // Compilation costs more than it saves in queries as short as ours.
    "jit = off",
    "timezone = 'UTC'",
    "log_timezone = 'UTC'",
    "log_min_error_statement = 'panic'",
    "log_error_verbosity = 'terse'",
    "log_statement = 'none'",
    "log_parameter_max_length = 0",
    "log_parameter_max_length_on_error = 0",
    ...durability,
    "",
  ].join("\n");
}
