// Package pattern is the filter patterns of CloudWatch Logs: terms, JSON
// conditions and space-delimited fields.
//
//	ERROR -timeout "out of memory"        terms that must and must not be there
//	?ERROR ?WARN                          any of the terms
//	%AUTH\s?[0-9]+%                       a regular expression
//	{ $.code >= 400 && $.user = "b*" }    conditions on the fields of a JSON object
//	[ip, user, status_code=4*, ...]       conditions on the words of a line
//
// A pattern is compiled once by Parse and is immutable then. It decides in time
// that is linear in the line for each of its conditions.
//
// Source: Amazon CloudWatch Logs User Guide, "Filter pattern syntax for metric
// filters, subscription filters, filter log events, and Live Tail". Required and
// excluded terms make optional ones (?) count for nothing, as AWS warns of. A
// condition on a field that is missing is false, != as well.
package pattern
