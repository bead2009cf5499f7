package cloudformation

import "slices"

// parallel is how many resources are worked on at a time.
const parallel = 10

// walk calls do for each id after all that it needs, up to ten at a time. An
// id of whose needs one failed is left out; with stopAtFailure no other is
// begun either. It returns what failed.
func walk(ids []string, needs func(id string) []string, stopAtFailure bool, do func(id string) error) map[string]error {
	type outcome struct {
		id  string
		err error
	}
	waiting := slices.Clone(ids)
	slices.Sort(waiting)
	open := map[string]bool{} // not yet done
	for _, id := range waiting {
		open[id] = true
	}
	failed := map[string]error{}
	results := make(chan outcome)
	running := 0
	for {
		var later []string
		for _, id := range waiting {
			blocked := slices.ContainsFunc(needs(id), func(n string) bool { return n != id && open[n] })
			if blocked || running == parallel || stopAtFailure && len(failed) > 0 {
				later = append(later, id)
				continue
			}
			running++
			go func() { results <- outcome{id, do(id)} }()
		}
		waiting = later
		if running == 0 {
			return failed
		}
		o := <-results
		running--
		if o.err != nil {
			failed[o.id] = o.err // it stays open: what needs it stays blocked
		} else {
			delete(open, o.id)
		}
	}
}

// reversed turns the needs of each id round: those who need it.
func reversed(needs map[string][]string) func(id string) []string {
	out := map[string][]string{}
	for id, list := range needs {
		for _, n := range list {
			out[n] = append(out[n], id)
		}
	}
	return func(id string) []string { return out[id] }
}
