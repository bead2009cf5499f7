package main

import (
	"context"
	"fmt"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// connections of the rows under load.
const connections = 32

// wrk is a contender that the program wrk loads with GET requests.
func wrk(name, url string, conns int, header ...string) contender {
	return contender{name: name, load: func(ctx context.Context, d time.Duration) (float64, error) {
		args := []string{"-t", strconv.Itoa(min(2, conns)), "-c", strconv.Itoa(conns), "-d", strconv.Itoa(max(1, int(d.Seconds()))) + "s"}
		for i := 0; i+1 < len(header); i += 2 {
			args = append(args, "-H", header[i]+": "+header[i+1])
		}
		out, err := exec.CommandContext(ctx, "wrk", append(args, url)...).CombinedOutput()
		if err != nil {
			return 0, fmt.Errorf("wrk: %w: %s", err, out)
		}
		return readWrk(string(out))
	}}
}

var wrkRate = regexp.MustCompile(`(?m)^Requests/sec:\s+([0-9.]+)`)

// readWrk reads requests a second from what wrk prints; errors under load fail
// the round.
func readWrk(out string) (float64, error) {
	if strings.Contains(out, "Non-2xx") || strings.Contains(out, "Socket errors") {
		return 0, fmt.Errorf("errors under load: %s", out)
	}
	m := wrkRate.FindStringSubmatch(out)
	if m == nil {
		return 0, fmt.Errorf("wrk said: %s", out)
	}
	return strconv.ParseFloat(m[1], 64)
}

// missing names the first of the programs that this machine does not have.
func missing(programs ...string) error {
	for _, p := range programs {
		if _, err := exec.LookPath(p); err != nil {
			return fmt.Errorf("%s is not installed", p)
		}
	}
	return nil
}
