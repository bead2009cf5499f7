package lint

import (
	"go/token"
	"slices"
	"testing"
)

// machineTime are the functions of package time that read or wait for the
// machine's clock.
var machineTime = []string{"Now", "Since", "Until", "After", "AfterFunc", "NewTimer", "NewTicker", "Tick", "Sleep"}

var timeRule = rule{
	why: "time comes from internal/clock, which tests and users can move; what reads the machine's clock beside it does not move along",
	check: func(m *module, report reporter) {
		m.each(func(p *pkg, f *file) {
			if f.test {
				return
			}
			f.selections("time", func(name string, pos token.Pos) {
				if slices.Contains(machineTime, name) {
					report(m.at(pos), name, "time."+name)
				}
			})
		})
	},
	except: []exception{
		{"bench", "", "a benchmark measures the machine"},
		{"internal/clock", "", "it is the clock"},
		{"internal/cfn/poll.go", "NewTimer", "pause between two looks at a resource that is being made"},
		{"internal/cli", "Now Since AfterFunc", "how long the start took, for the ready line, and when it has settled"},
		{"internal/server", "Now Since", "how long the process is up"},
		{"internal/jobs/run.go", "NewTicker", "leases are about whether a process lives"},
		{"internal/kv/kvtest", "After", "how long a test waits for a watch"},
		{"internal/kv/pebblekv/update.go", "NewTimer", "pause before a conflict is tried again"},
		{"internal/kv/pgkv", "Now After NewTimer", "pauses, and deadlines of connections to the database"},
		{"internal/runner", "Now After AfterFunc NewTimer NewTicker Sleep", "limits of real processes, which run in the machine's time"},
		{"internal/services/logs/queue.go", "NewTimer Sleep", "pauses between writes to the store"},
		{"internal/up/follow.go", "NewTimer", "a client's pause between two looks at a stack"},
		{"test", "", "tests of real processes wait for them"},
	},
}

func TestTimeComesFromTheClock(t *testing.T) { hold(t, timeRule) }

var randomRule = rule{
	why: "names and secrets come from internal/ids, which has the alphabets and enough bits; math/rand can be guessed",
	check: func(m *module, report reporter) {
		m.each(func(p *pkg, f *file) {
			for _, i := range f.imports() {
				guessable := i.path == "math/rand" || i.path == "math/rand/v2"
				if guessable && !f.test || i.path == "crypto/rand" && !f.test || i.path == "math/rand" {
					report(m.at(i.pos), i.path, p.dir+" imports "+i.path)
				}
			}
		})
	},
	except: []exception{
		{"internal/ids", "crypto/rand", "it is the source"},
		{"internal/jwt/sign.go", "crypto/rand", "RSA blinds its private key operation with it"},
		{"internal/services/apigateway/clientcertificate.go", "crypto/rand", "makes keys and certificates"},
		{"internal/services/cognitoidp/signingkey.go", "crypto/rand", "makes a pool's RSA keys"},
		{"internal/kv/kvtest/metamorphic.go", "math/rand/v2", "random operations of a test, repeatable from a seed"},
	},
}

func TestRandomnessComesFromIDs(t *testing.T) { hold(t, randomRule) }
