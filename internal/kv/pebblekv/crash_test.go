package pebblekv

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"

	"github.com/gatehouse-dev/gatehouse/internal/kv"
	"github.com/gatehouse-dev/gatehouse/internal/tuple"
)

const crashDirEnv = "GATEHOUSE_CRASH_DIR" // set in the process that is to be killed

func TestMain(m *testing.M) {
	if dir := os.Getenv(crashDirEnv); dir != "" {
		if err := writeUntilKilled(dir); err != nil {
			fmt.Fprintln(os.Stderr, err)
		}
		os.Exit(1)
	}
	os.Exit(m.Run())
}

const crashWorkers = 16

// writeUntilKilled writes from many goroutines and prints "worker number" for
// every commit that was acknowledged.
func writeUntilKilled(dir string) error {
	s, err := Open(dir, Options{})
	if err != nil {
		return err
	}
	failed := make(chan error)
	for w := range crashWorkers {
		go func() {
			for {
				n, err := writeNext(s, w)
				if err != nil {
					failed <- err
					return
				}
				// One write call each, as a kill may come between two.
				os.Stdout.WriteString(fmt.Sprintf("%d %d\n", w, n))
			}
		}()
	}
	return <-failed
}

// writeNext adds the worker's next record: two keys and a counter, together.
func writeNext(s *Store, worker int) (n int64, err error) {
	err = s.Update(context.Background(), func(tx kv.Txn) error {
		counter := tuple.Key("counter", worker)
		v, err := tx.Get(counter)
		if err != nil {
			return err
		}
		n, _ = strconv.ParseInt(string(v), 10, 64)
		n++
		return errors.Join(
			tx.Set(counter, strconv.AppendInt(nil, n, 10)),
			tx.Set(tuple.Key("left", worker, n), crashValue(worker, n)),
			tx.Set(tuple.Key("right", worker, n), crashValue(worker, n)),
		)
	})
	return n, err
}

func crashValue(worker int, n int64) []byte {
	return bytes.Repeat(fmt.Appendf(nil, "%d/%d ", worker, n), 1+int(n%40))
}

// checkAcknowledged fails if a record up to the acknowledged number is
// missing, or half of one is there.
func checkAcknowledged(t *testing.T, s *Store, acked [crashWorkers]int64) {
	t.Helper()
	err := s.View(t.Context(), func(r kv.Reader) error {
		for w := range crashWorkers {
			v, err := r.Get(tuple.Key("counter", w))
			if err != nil {
				return err
			}
			last, _ := strconv.ParseInt(string(v), 10, 64)
			if last < acked[w] {
				t.Errorf("worker %d: %d was acknowledged, the counter is %d", w, acked[w], last)
			}
			for _, side := range []string{"left", "right"} {
				n := int64(0)
				err := r.Scan(kv.Prefix(tuple.Prefix(side, w)), func(k, v []byte) (bool, error) {
					n++
					if !bytes.Equal(k, tuple.Key(side, w, n)) || !bytes.Equal(v, crashValue(w, n)) {
						return false, fmt.Errorf("worker %d: %s record %d is missing or wrong", w, side, n)
					}
					return true, nil
				})
				if err != nil {
					return err
				}
				if n != last {
					t.Errorf("worker %d: %d %s records, the counter is %d", w, n, side, last)
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

// A process killed while it writes has lost nothing that it acknowledged.
func TestKill(t *testing.T) {
	if testing.Short() {
		t.Skip("kills processes")
	}
	rounds := 5
	if env := os.Getenv("GATEHOUSE_CRASH_ROUNDS"); env != "" {
		var err error
		if rounds, err = strconv.Atoi(env); err != nil {
			t.Fatalf("GATEHOUSE_CRASH_ROUNDS: %v", err)
		}
	}
	dir := t.TempDir()
	var acked [crashWorkers]int64
	total := int64(0)
	for round := range rounds {
		total += killRound(t, dir, &acked)
		s, err := Open(dir, Options{})
		if err != nil {
			t.Fatalf("round %d: opening after the kill: %v", round, err)
		}
		checkAcknowledged(t, s, acked)
		if err := s.Close(); err != nil {
			t.Fatalf("round %d: Close: %v", round, err)
		}
		if t.Failed() {
			t.Fatalf("in round %d", round)
		}
	}
	if total == 0 {
		t.Fatal("no write was acknowledged in any round")
	}
	t.Logf("%d rounds, %d acknowledged commits", rounds, total)
}

// killRound runs the writer for a random while, kills it and notes what it had
// acknowledged.
func killRound(t *testing.T, dir string, acked *[crashWorkers]int64) (n int64) {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), crashDirEnv+"="+dir)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	timer := time.AfterFunc(time.Duration(100+rand.IntN(300))*time.Millisecond, func() { cmd.Process.Kill() })
	defer timer.Stop()
	for lines := bufio.NewScanner(out); lines.Scan(); {
		w, number, ok := strings.Cut(lines.Text(), " ")
		worker, err1 := strconv.Atoi(w)
		record, err2 := strconv.ParseInt(number, 10, 64)
		if !ok || err1 != nil || err2 != nil {
			t.Fatalf("the writer said %q", lines.Text())
		}
		acked[worker] = max(acked[worker], record)
		n++
	}
	if err := cmd.Wait(); err == nil || stderr.Len() > 0 {
		t.Fatalf("the writer ended by itself: %v\n%s", err, &stderr)
	}
	return n
}

// A power cut keeps what was synced and any part of what was not.
func TestPowerCut(t *testing.T) {
	for seed := range uint64(12) {
		fs := vfs.NewCrashableMem()
		s, err := Open("kv", Options{FS: fs})
		if err != nil {
			t.Fatal(err)
		}
		var acked [crashWorkers]int64
		stop := make(chan struct{})
		type ack struct {
			worker int
			n      int64
		}
		acks := make(chan ack)
		done := make(chan struct{}, crashWorkers)
		for w := range crashWorkers {
			go func() {
				defer func() { done <- struct{}{} }()
				for {
					n, err := writeNext(s, w)
					if err != nil {
						t.Errorf("seed %d: %v", seed, err)
						return
					}
					select {
					case acks <- ack{w, n}:
					case <-stop:
						return
					}
				}
			}()
		}
		for range 200 + 50*seed {
			a := <-acks
			acked[a.worker] = a.n
		}
		crashed := fs.CrashClone(vfs.CrashCloneCfg{
			UnsyncedDataPercent: int(seed*25) % 101,
			RNG:                 rand.New(rand.NewPCG(seed, 1)),
		})
		close(stop)
		for range crashWorkers {
			<-done
		}
		if err := s.Close(); err != nil {
			t.Errorf("seed %d: Close: %v", seed, err)
		}
		again, err := Open("kv", Options{FS: crashed})
		if err != nil {
			t.Fatalf("seed %d: opening after the power cut: %v", seed, err)
		}
		checkAcknowledged(t, again, acked)
		if err := again.Close(); err != nil {
			t.Errorf("seed %d: Close: %v", seed, err)
		}
		if t.Failed() {
			t.FailNow()
		}
	}
}
