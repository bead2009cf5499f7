package pgkv

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gatehouse-dev/gatehouse/internal/kv"
	"github.com/gatehouse-dev/gatehouse/internal/kv/kvtest"
	"github.com/gatehouse-dev/gatehouse/internal/kv/pebblekv"
	"github.com/gatehouse-dev/gatehouse/internal/kv/pgkv/pgtest"
)

func open(t *testing.T, url string, opts Options) *Store {
	t.Helper()
	s, err := Open(t.Context(), url, opts)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// One server serves all tests, as starting one takes seconds.
func TestPostgres(t *testing.T) {
	server := pgtest.Start(t)
	t.Run("Conformance", func(t *testing.T) {
		kvtest.Run(t, func(t *testing.T) kv.Store { return open(t, server.Database(t), Options{}) })
	})
	for name, opts := range map[string]Options{"Listen": {}, "Poll": {Poll: true}} {
		t.Run("Shared"+name, func(t *testing.T) {
			kvtest.RunShared(t, func(t *testing.T) (one, two kv.Store) {
				url := server.Database(t)
				return open(t, url, opts), open(t, url, opts)
			})
		})
	}
	t.Run("Metamorphic", func(t *testing.T) {
		for seed := range uint64(3) {
			pebble, err := pebblekv.OpenMemory()
			if err != nil {
				t.Fatal(err)
			}
			postgres := open(t, server.Database(t), Options{})
			kvtest.Metamorphic(t, 100+seed, 120, pebble, postgres)
			if err := errors.Join(pebble.Close(), postgres.Close()); err != nil {
				t.Error(err)
			}
		}
	})
	t.Run("OpenTogether", func(t *testing.T) { testOpenTogether(t, server.Database(t)) })
	t.Run("SwallowedError", func(t *testing.T) { testSwallowedError(t, server.Database(t)) })
	t.Run("OpenErrors", func(t *testing.T) { testOpenErrors(t, server.Database(t)) })
	t.Run("Reconnect", func(t *testing.T) { testReconnect(t, server) })
}

// Many processes may make the tables at once.
func testOpenTogether(t *testing.T, url string) {
	var wg sync.WaitGroup
	for range 6 {
		wg.Go(func() {
			s, err := Open(t.Context(), url, Options{})
			if err != nil {
				t.Error(err)
				return
			}
			s.Close()
		})
	}
	wg.Wait()
}

// A conflict that the function does not pass on must still be retried: the
// database has given the transaction up.
func testSwallowedError(t *testing.T, url string) {
	s := open(t, url, Options{})
	defer s.Close()
	runs := 0
	err := s.Update(t.Context(), func(tx kv.Txn) error {
		runs++
		if runs == 1 {
			r := tx.(interface{ Get([]byte) ([]byte, error) })
			if _, err := r.Get([]byte("a")); err != nil {
				return err
			}
			// The session is ended as an operator would.
			if err := endOtherSessions(s); err != nil {
				return err
			}
			_, err := tx.Get([]byte("b"))
			if err == nil {
				t.Error("reading on an ended session succeeded")
			}
			return tx.Set([]byte("a"), []byte("lost"))
		}
		return nil
	})
	if err == nil {
		t.Error("Update acknowledged what it could not write")
	}
	if err := s.View(t.Context(), func(r kv.Reader) error {
		v, err := r.Get([]byte("a"))
		if v != nil {
			t.Errorf("found %q", v)
		}
		return err
	}); err != nil {
		t.Error(err)
	}
}

func endOtherSessions(s *Store) error {
	_, err := s.pool.Exec(context.Background(), "select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid() and datname = current_database()")
	return err
}

func testOpenErrors(t *testing.T, url string) {
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	wrong := strings.Replace(url, "gatehouse:", "gatehouse:not", 1)
	for _, bad := range []string{wrong, "postgres://gatehouse:topsecret@127.0.0.1:1/x", "postgres://gatehouse:topsecret@127.0.0.1:1/x?sslmode=nonsense"} {
		s, err := Open(ctx, bad, Options{})
		if err == nil {
			s.Close()
			t.Errorf("opened %s", bad)
			continue
		}
		if strings.Contains(err.Error(), "topsecret") || strings.Contains(err.Error(), ":not") {
			t.Errorf("the error shows the password: %v", err)
		}
	}
}

// After the server was away, the store works and watchers are woken.
func testReconnect(t *testing.T, server *pgtest.Server) {
	url := server.Database(t)
	one, two := open(t, url, Options{}), open(t, url, Options{})
	defer one.Close()
	defer two.Close()
	changes, stop := two.Watch([]byte("k"))
	defer stop()
	server.Stop(t)
	err := one.Update(t.Context(), func(tx kv.Txn) error { return tx.Set([]byte("k"), nil) })
	if err == nil {
		t.Error("Update succeeded without a server")
	}
	if err := server.Restart(t.Context()); err != nil {
		t.Fatal(err)
	}
	select {
	case <-changes: // what may have been there from before
	default:
	}
	if err := retry(func() error {
		return one.Update(t.Context(), func(tx kv.Txn) error { return tx.Set([]byte("k"), []byte("v")) })
	}); err != nil {
		t.Fatalf("after the server came back: %v", err)
	}
	select {
	case <-changes:
	case <-time.After(20 * time.Second):
		t.Error("no notification after reconnecting")
	}
}

func retry(fn func() error) (err error) {
	for range 20 {
		if err = fn(); err == nil {
			return nil
		}
		time.Sleep(50 * time.Millisecond)
	}
	return err
}
