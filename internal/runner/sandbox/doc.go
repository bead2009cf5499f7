// Package sandbox starts isolated groups of processes and controls them from
// outside: the counterpart of package inner.
//
// On Linux a sandbox has its own mount, process, IPC and host name namespaces,
// a root of read-only binds, and its own user. When Gatehouse runs as root that
// is a user of a reserved range and the network is the machine's; otherwise it
// is a user namespace and a private network that has only the listeners that
// Gatehouse holds. Where neither is possible, and on other systems, programs run
// without isolation; Probe tells which it is.
//
// Whatever happens to Gatehouse, kill -9 included, no process of a sandbox
// outlives it.
package sandbox
