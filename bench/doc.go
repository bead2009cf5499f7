// Command bench runs Gatehouse beside what a user would pick instead, in the
// same minutes on the same machine, and prints the ratios as a Markdown table.
//
//	go run ./bench            all rows, under six minutes
//	go run ./bench -quick     one short round a row, for CI: no verdicts
//	go run ./bench -rows RE   the rows whose names match
//
// It builds the binary as `make build` does, starts it on a free loopback port
// with a temporary data directory, deploys what the rows need through the AWS
// SDK, and starts the peers. The contenders of a row take turns, round by
// round, so that a neighbour's load meets all of them; the median of the rounds
// counts, and of ratios the median of the rounds' ratios. Before a contender is loaded its answer is compared with the expected
// one, and one wrong answer under load fails the row: errors are fast.
//
// Absolute numbers are good only for the machine and the hour; ratios travel.
package main
