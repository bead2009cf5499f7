//go:build e2e

// Package crash kills the real server at random moments under a write load and
// looks for every acknowledged write afterwards.
package crash

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"strconv"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"
	"github.com/aws/aws-sdk-go-v2/service/sns"

	"github.com/gatehouse-dev/gatehouse/test/e2e/process"
)

const (
	defaultRounds = 20
	writers       = 6
)

func rounds(t *testing.T) int {
	text := os.Getenv("GATEHOUSE_CRASH_ROUNDS")
	if text == "" {
		return defaultRounds
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// written is what the server acknowledged.
type written struct {
	mu      sync.Mutex
	users   map[string]bool // by name; false once its deletion was acknowledged
	unsure  map[string]bool // the answer never came
	message int
}

func (w *written) note(name string, there bool, err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if err != nil {
		w.unsure[name] = true
		return
	}
	delete(w.unsure, name)
	w.users[name] = there
}

// clients try as often as they are told. The SDK's transport may close a
// connection that it still reads from, when the answer is there before its own
// writing has ended: whoever only reads may try again.
func clients(addr string, attempts int) (*iam.Client, *sns.Client) {
	cfg := aws.Config{Region: "us-east-1", BaseEndpoint: aws.String("http://" + addr), RetryMaxAttempts: attempts,
		Credentials: credentials.NewStaticCredentialsProvider("test", "test", "")}
	return iam.NewFromConfig(cfg), sns.NewFromConfig(cfg)
}

func TestEveryAcknowledgedWriteSurvives(t *testing.T) {
	s := process.Serve(t)
	w := &written{users: map[string]bool{}, unsure: map[string]bool{}}
	for round := range rounds(t) {
		ctx, cancel := context.WithCancel(t.Context())
		var wg sync.WaitGroup
		for i := range writers {
			wg.Go(func() { w.write(ctx, s.Addr, fmt.Sprintf("r%d-w%d", round, i)) })
		}
		time.Sleep(time.Duration(20+rand.IntN(280)) * time.Millisecond)
		s.Stop(syscall.SIGKILL)
		cancel()
		wg.Wait()
		s.Start("127.0.0.1:0")
		w.check(t, s.Addr, round)
		if t.Failed() {
			return
		}
	}
	t.Logf("%d users and %d messages were acknowledged", len(w.users), w.message)
	if len(w.users) == 0 {
		t.Error("nothing was written")
	}
}

// write makes users, deletes every third, and sends messages, until the server
// is gone.
func (w *written) write(ctx context.Context, addr, prefix string) {
	ids, texts := clients(addr, 1)
	for n := 0; ctx.Err() == nil; n++ {
		name := fmt.Sprintf("%s-%d", prefix, n)
		_, err := ids.CreateUser(ctx, &iam.CreateUserInput{UserName: &name})
		w.note(name, true, err)
		if err != nil {
			return
		}
		if n%3 == 0 {
			_, err := ids.DeleteUser(ctx, &iam.DeleteUserInput{UserName: &name})
			w.note(name, false, err)
			if err != nil {
				return
			}
		}
		if _, err := texts.Publish(ctx, &sns.PublishInput{PhoneNumber: aws.String("+12065550100"), Message: &name}); err != nil {
			return
		}
		w.mu.Lock()
		w.message++
		w.mu.Unlock()
	}
}

func (w *written) check(t *testing.T, addr string, round int) {
	t.Helper()
	ids, _ := clients(addr, 3)
	there := map[string]bool{}
	pages := iam.NewListUsersPaginator(ids, &iam.ListUsersInput{MaxItems: aws.Int32(1000)})
	for pages.HasMorePages() {
		page, err := pages.NextPage(t.Context())
		if err != nil {
			t.Fatalf("round %d: %v", round, err)
		}
		for _, u := range page.Users {
			there[*u.UserName] = true
		}
	}
	for name, want := range w.users {
		if w.unsure[name] {
			continue
		}
		if there[name] != want {
			t.Errorf("round %d: user %s: is there %v, acknowledged %v", round, name, there[name], want)
		}
	}
	if n := messages(t, addr); n < w.message {
		t.Errorf("round %d: %d messages of %d that were acknowledged", round, n, w.message)
	}
	// One that was listed must be whole.
	for name := range there {
		_, err := ids.GetUser(t.Context(), &iam.GetUserInput{UserName: &name})
		var gone *types.NoSuchEntityException
		if err != nil && !errors.As(err, &gone) {
			t.Errorf("round %d: user %s: %v", round, name, err)
		}
		break
	}
}

// messages is how many texts the inbox ever took: the number of its last one.
func messages(t *testing.T, addr string) int {
	t.Helper()
	resp, err := http.Get("http://" + addr + "/_gatehouse/sms")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	var all []struct{ Seq int }
	if err := json.NewDecoder(resp.Body).Decode(&all); err != nil {
		t.Fatal(err)
	}
	if len(all) == 0 {
		return 0
	}
	return all[len(all)-1].Seq
}
