/**
 * Promises that the sandbox can finish: a call is over when its function returns, so whatever waits must be done before.
 *
 * The engine's own promises are never awaited there. The build turns `async` functions into ones that use the global
 * `Promise`, which is this one in the sandbox. Everything that a plugin can wait for has come when its function returns
 * (the host's functions are synchronous), or is a timer.
 */

const jobs = [];
const timers = [];
let nextTimer = 1;

/** Runs a function when what runs now has ended. */
export function later(job) {
  jobs.push(job);
}

/** Runs a function after a time, in milliseconds. */
export function setTimer(job, time = 0, ...given) {
  const delay = Math.max(0, Number(time) || 0);
  const timer = { id: nextTimer, due: clock() + delay, run: () => job(...given) };
  nextTimer += 1;
  timers.push(timer);
  return timer.id;
}

/** Forgets a timer. */
export function clearTimer(id) {
  const at = timers.findIndex((timer) => timer.id === id);
  if (at >= 0) timers.splice(at, 1);
}

let clock = () => 0;
let sleep = () => {};

/** Says how time is told (in milliseconds) and waited for. */
export function timeBy(now, wait) {
  clock = now;
  sleep = wait;
}

/**
 * Runs what waits until a promise is settled, and returns its value or throws its reason.
 *
 * @param {unknown} value what an author's function returned
 */
export function settled(value) {
  if (typeof value?.then !== "function") return value;
  let end = null;
  value.then(
    (result) => {
      end = { result };
    },
    (reason) => {
      end = { reason };
    },
  );
  while (end === null && advance());
  if (end === null) throw new Error("the function waits for a promise that nothing will ever settle");
  if ("reason" in end) throw end.reason;
  return end.result;
}

/** Runs the next job, or waits for the next timer. */
function advance() {
  const job = jobs.shift();
  if (job !== undefined) {
    job();
    return true;
  }
  if (timers.length === 0) return false;
  timers.sort((one, other) => one.due - other.due || one.id - other.id);
  const timer = timers.shift();
  const wait = timer.due - clock();
  if (wait > 0) sleep(wait);
  timer.run();
  return true;
}

/** A promise whose jobs run in `settled`. */
export class SandboxPromise {
  #state = "pending";
  #value;
  #waiting = [];

  constructor(executor) {
    if (typeof executor !== "function") throw new TypeError("a promise needs a function");
    const { resolve, reject } = this.#once();
    try {
      executor(resolve, reject);
    } catch (error) {
      reject(error);
    }
  }

  then(onFulfilled, onRejected) {
    return new this.constructor((resolve, reject) => {
      const handle = (handler, pass) => () => {
        if (typeof handler !== "function") return pass(this.#value);
        try {
          resolve(handler(this.#value));
        } catch (error) {
          reject(error);
        }
      };
      const reaction = { fulfilled: handle(onFulfilled, resolve), rejected: handle(onRejected, reject) };
      if (this.#state === "pending") this.#waiting.push(reaction);
      else later(reaction[this.#state]);
    });
  }

  catch(onRejected) {
    return this.then(undefined, onRejected);
  }

  finally(onFinally) {
    if (typeof onFinally !== "function") return this.then(onFinally, onFinally);
    const through = (pass) => (value) => this.constructor.resolve(onFinally()).then(() => pass(value));
    return this.then(
      through((value) => value),
      through((reason) => {
        throw reason;
      }),
    );
  }

  get [Symbol.toStringTag]() {
    return "Promise";
  }

  static get [Symbol.species]() {
    return this;
  }

  static resolve(value) {
    return value instanceof this ? value : new this((resolve) => resolve(value));
  }

  static reject(reason) {
    return new this((_, reject) => reject(reason));
  }

  static withResolvers() {
    const capability = {};
    capability.promise = new this((resolve, reject) => Object.assign(capability, { resolve, reject }));
    return capability;
  }

  static try(run, ...given) {
    return new this((resolve) => resolve(run(...given)));
  }

  static all(values) {
    return this.#gathered(values, (each, set, reject) => each.then(set, reject));
  }

  static allSettled(values) {
    return this.#gathered(values, (each, set) =>
      each.then(
        (value) => set({ status: "fulfilled", value }),
        (reason) => set({ status: "rejected", reason }),
      ),
    );
  }

  static any(values) {
    return new this((resolve, reject) => {
      const reasons = this.#gathered(values, (each, set) => each.then(resolve, set));
      reasons.then((all) => reject(new AggregateError(all, "all promises were rejected")), reject);
    });
  }

  static race(values) {
    return new this((resolve, reject) => {
      for (const value of values) this.resolve(value).then(resolve, reject);
    });
  }

  /** A promise of a list, each place of which is set by what `wait` does with the promise there. */
  static #gathered(values, wait) {
    return new this((resolve, reject) => {
      const promises = [...values].map((value) => this.resolve(value));
      const results = new Array(promises.length);
      let missing = promises.length;
      if (missing === 0) resolve(results);
      for (const [index, promise] of promises.entries()) {
        const set = (result) => {
          results[index] = result;
          missing -= 1;
          if (missing === 0) resolve(results);
        };
        wait(promise, set, reject);
      }
    });
  }

  /** The two functions that settle this promise, of which only the first call counts. */
  #once() {
    let done = false;
    const first = (settle) => (value) => {
      if (done) return;
      done = true;
      settle(value);
    };
    return { resolve: first((value) => this.#resolve(value)), reject: first((reason) => this.#settle("rejected", reason)) };
  }

  #resolve(value) {
    if (value === this) return this.#settle("rejected", new TypeError("a promise can't wait for itself"));
    let then;
    try {
      then = typeof value === "object" || typeof value === "function" ? value?.then : undefined;
    } catch (error) {
      return this.#settle("rejected", error);
    }
    if (typeof then !== "function") return this.#settle("fulfilled", value);
    const { resolve, reject } = this.#once();
    later(() => {
      try {
        then.call(value, resolve, reject);
      } catch (error) {
        reject(error);
      }
    });
  }

  #settle(state, value) {
    this.#state = state;
    this.#value = value;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const reaction of waiting) later(reaction[state]);
  }
}
