// Package scripts drives the command line as a user does: each .txtar file
// here is a script in testscript's language that runs the real program.
//
// Beside testscript's own commands there are
//
//	exec serving [flags] &serve&   is gatehouse serve, on a free port unless a
//	                               flag or GATEHOUSE_LISTEN says otherwise
//	ready                          waits for its ready line; sets $URL and $ADDR
//	terminate                      sends it SIGTERM; wait serve gives its end
//	exits STATUS COMMAND           must end with that status
//	publish NUMBER TEXT            sends a text message as root; sets $REQUEST
//	log GROUP LINE...              makes a log group with these lines
//	begin METHOD PATH BODY         sends a request but the end of its body
//	finish TEXT                    sends the rest; the answer is 200 with TEXT
//	follow PATH TEXT               keeps a stream open that begins with TEXT
//	followed                       waits for its end
//	refused                        waits until no connection is taken
//
// $HOME is $WORK/home, so the data directory is in there by default.
package scripts
