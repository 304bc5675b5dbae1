// LanceDB's native code writes warnings about its own way of building an index to standard error, which tell a person nothing to
// do. It reads this as it is loaded: import this module before it.
process.env.LANCEDB_LOG ??= "error";
