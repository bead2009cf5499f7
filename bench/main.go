package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"regexp"
	"runtime"
	"syscall"
	"time"

	"github.com/gatehouse-dev/gatehouse/internal/clock"
)

func main() {
	if len(os.Args) == 4 && os.Args[1] == peerCommand {
		exit(servePeer(os.Args[2], os.Args[3]))
	}
	var o options
	flag.BoolVar(&o.quick, "quick", false, "one round of one second a row")
	flag.IntVar(&o.rounds, "rounds", 3, "`rounds` of each row")
	flag.DurationVar(&o.duration, "duration", 5*time.Second, "of each round and contender")
	flag.StringVar(&o.binary, "binary", "", "`path` of a gatehouse binary, built where empty")
	flag.StringVar(&o.cpuProfile, "cpuprofile", "", "`path` of a CPU profile of the server, which then runs in this program")
	rows := flag.String("rows", "", "`regexp` of the rows to run")
	flag.Parse()
	if o.quick {
		o.rounds, o.duration = 1, time.Second
	}
	var err error
	if o.rows, err = regexp.Compile(*rows); err != nil {
		exit(err)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	exit(run(ctx, o))
}

// limit is the time for everything.
const limit = 6 * time.Minute

type options struct {
	quick      bool
	rounds     int
	duration   time.Duration
	binary     string
	cpuProfile string
	rows       *regexp.Regexp
}

func exit(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
	os.Exit(0)
}

// run runs all rows and prints the table, also of a run that was cut short.
func run(ctx context.Context, o options) (err error) {
	l, err := newLab(ctx, o)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, l.close()) }()
	began := clock.Machine()
	t := &table{unjudged: o.quick}
	for _, suite := range suites {
		if ctx.Err() != nil {
			break
		}
		suite.run(ctx, l, t)
	}
	fmt.Printf("%s, %s/%s, %d cores, %d x %s a contender, %s in all, load average %s\n\n", runtime.Version(), runtime.GOOS, runtime.GOARCH,
		runtime.NumCPU(), o.rounds, o.duration, clock.Machine().Sub(began).Round(time.Second), loadAverage())
	t.print(os.Stdout)
	return ctx.Err()
}

// suites is the order of the table.
var suites = [...]suite{
	{"footprint", footprint},
	{"GetUser", getUser},
	{"MOCK", mock},
	{"HTTP_PROXY", httpProxy},
	{"warm function", warmFunctions},
	{"cold function", coldFunctions},
}

// suite is a part of the table. An error of fn becomes a line under it.
type suite struct {
	name string
	fn   func(context.Context, *lab, *table) error
}

func (s suite) run(ctx context.Context, l *lab, t *table) {
	if !l.rows.MatchString(s.name) {
		return
	}
	fmt.Fprintf(os.Stderr, "bench: %s\n", s.name)
	if err := s.fn(ctx, l, t); err != nil {
		t.note("%s: %v", s.name, err)
	}
}
