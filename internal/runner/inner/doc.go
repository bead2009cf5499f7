// Package inner is the part of a sandbox that runs inside it: process 1 of a
// function's process namespace. It is the running binary itself, executed
// again under the name Marker, so that neither Gatehouse nor a test binary that
// embeds it needs a helper program on disk.
//
// Process 1 builds the sandbox's root from read-only binds, leaves the host's
// root, and then starts, on request, the programs of the function with no
// privilege left, and reports how they end. It talks to Gatehouse over one
// socket, file descriptor 3, in JSON messages; when that socket closes (because
// Gatehouse stopped or was killed) it exits, and the kernel ends every process
// of the namespace with it.
//
// Importing the package has one effect, in init: a process whose argv[0] is
// Marker never reaches main. That is the only init function of this kind in
// Gatehouse. The package imports little, so that it runs before the
// initialisation of larger packages and costs about a millisecond.
package inner
