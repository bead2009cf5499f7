// Package clients calls Gatehouse through the clients that its users have: the
// AWS CLI, boto3 (by its engine, botocore) and the AWS SDK for JavaScript v3.
//
// The tables under testdata hold the calls, one file a service: every operation
// that the service implements has a call that succeeds, and every error that
// its model declares has a call that provokes it or a "never" line saying why
// none can. A test compares the tables with the code. Each call that succeeds is
// first made by a user without permissions and must be denied.
//
// The tests need the build tag e2e; what is not installed (python3 with
// botocore, the aws program, node with npm) is skipped with a line that says so.
//
// # The tables
//
// A statement begins in the first column and continues on indented lines:
//
//	let NAME = VALUE                  a name for later, used as $NAME
//	as root                           who makes the calls from here on
//	as KEY SECRET [TOKEN]
//	region REGION                     where to
//	post PATH VALUE                   to one of Gatehouse's own endpoints
//	token NAME CLAIMS                 a JWT of the issuer https://example.com
//	forged NAME CLAIMS                one with another key's signature
//	never OPS|* CODES: REASON          no call provokes this modelled error
//	                                  (OPS: A,B; CODES: C D)
//	open OPERATION: REASON            succeeds without any permission
//	[CLIENT: ][5x: ][SERVICE:]OPERATION INPUT -> OUTPUT
//	[CLIENT: ][5x: ][SERVICE:]OPERATION INPUT ! STATUS CODE TEXT
//	[CLIENT: ][5x: ][SERVICE:]OPERATION INPUT until OUTPUT
//
// INPUT, OUTPUT and VALUE are YAML flow values, CLIENT is boto or js; 5x makes
// the call five times, with $n from 1 to 5. TEXT is part of the message. The members of OUTPUT must be in the answer, which may
// have more; null means that a member is absent; "until" repeats the call until
// it does, for half a minute. In values:
//
//	!bytes TEXT      a blob
//	!base64 TEXT     a blob
//	!zip {FILE: TEXT} a zip archive, as a blob
//	!time RFC3339    a timestamp
//	!now 1h          seconds since 1970, of an hour from now
//	!millis "-1s"    likewise in milliseconds
//	!json VALUE      VALUE as JSON text
//	!repeat "ab*90"  ab 90 times
//
// In OUTPUT:
//
//	!as NAME         anything but nothing, kept as $NAME
//	!any ~           anything but nothing
//	!re EXPR         text that a regular expression matches
//	!has [A, B]      a list with these elements, and maybe others
//	!lacks [A]       a list without such elements
//	!len 3           a list, map or text of this length
package clients
