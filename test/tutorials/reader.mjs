// A reader of a tutorial: writes its files and runs its commands in an empty folder, and compares what they print.
import { spawn } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { dirname, join } from "node:path";
import { changed } from "../../scripts/tutorial-steps.mjs";

/** @typedef {import("../../scripts/tutorial-steps.mjs").Step} Step */
/** @typedef {import("../../scripts/tutorial-steps.mjs").RunStep} RunStep */
/** @typedef {{ child: import("node:child_process").ChildProcess, printed: () => string, ended: Promise<number> }} Running */

const TIMEOUT = 120_000;
/** The loopback ports that a tutorial names. Each run has free ones in their place. */
const PORT = /\b(?:localhost|127\.0\.0\.1):(\d{4})\b/g;

/** Returns a free port of the loopback interface. @returns {Promise<string>} */
function freePort() {
  return new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(String(typeof address === "object" ? address?.port : "")));
    });
  });
}

/** Returns whether a text is the expected one; `…` is for any text of a line. @param {string} actual @param {string} expected */
function isExpected(actual, expected) {
  const escaped = expected.trimEnd().replaceAll(/[\\^$.*+?()[\]{}|]/g, "\\$&");
  return new RegExp(`^${escaped.replaceAll("…", ".*")}$`).test(actual.trimEnd());
}

export class Reader {
  commands = 0;
  compared = 0;
  /** @type {string[]} */
  log = [];
  /** Outputs that differ, by the line of their block. @type {Map<number, string>} */
  differences = new Map();
  /** @type {Map<string, string>} */
  #ports = new Map();
  /** @type {Map<string, Running>} */
  #servers = new Map();
  #folder;
  #tarball;

  /** @param {string} folder an absent folder @param {string} tarball the packed package */
  constructor(folder, tarball) {
    mkdirSync(folder);
    this.#folder = folder;
    this.#tarball = tarball;
  }

  /** Does one step, and throws an error with its line if something else happens than the tutorial has. @param {Step} step */
  async do(step) {
    if (step.kind === "run") return this.#run(step);
    const path = join(this.#folder, step.name);
    this.log.push(`(write ${step.name})`);
    if (step.kind === "diff") {
      const [before, after] = [await this.#ours(step.before), await this.#ours(step.after)];
      writeFileSync(path, changed(readFileSync(path, "utf8"), { ...step, before, after }));
      return;
    }
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, await this.#ours(step.text));
  }

  /** Stops all servers. */
  async leave() {
    for (const command of this.#servers.keys()) await this.#stop(command);
  }

  /** Returns a text of the tutorial with the ports of this run. @param {string} text */
  async #ours(text) {
    for (const [, port = ""] of text.matchAll(PORT))
      if (!this.#ports.has(port)) this.#ports.set(port, await freePort());
    return [...this.#ports].reduce(
      (result, [named, free]) => result.replaceAll(new RegExp(`\\b${named}\\b`, "g"), free),
      text,
    );
  }

  /** Returns a printed text with the ports of the tutorial. @param {string} text */
  #theirs(text) {
    return [...this.#ports].reduce((result, [named, free]) => result.replaceAll(free, named), text);
  }

  /** @param {RunStep} step */
  async #run(step) {
    const { commands, isServer, fails, output, line } = step;
    let printed = "";
    for (const command of commands) {
      const started = performance.now();
      this.commands += 1;
      if (isServer) await this.#stop(command);
      const running = this.#start(await this.#ours(command));
      if (isServer) this.#servers.set(command, running);
      const code = isServer ? await this.#started(running, output?.code) : await running.ended;
      const text = this.#theirs(running.printed());
      printed += text;
      const seconds = ((performance.now() - started) / 1000).toFixed(1);
      this.log.push(`$ ${command}   (${seconds} s)\n${text.trimEnd()}`);
      if ((code !== 0) !== fails) throw new Error(`line ${line}: ${command} exits with ${code}`);
    }
    if (output === undefined) return;
    this.compared += 1;
    if (isServer) return; // it has printed this, perhaps after a warning of its runtime
    if (!isExpected(printed, output.code)) this.differences.set(output.line, printed.trimEnd());
  }

  /** Starts a command in a group of processes of its own. @param {string} command @returns {Running} */
  #start(command) {
    const text = /^npm install\b/.test(command)
      ? command.replace(/(?<= )scope-policy(?= |$)/, this.#tarball)
      : command;
    /** @type {NodeJS.ProcessEnv} */
    const env = { ...process.env, NO_COLOR: "1", npm_config_prefer_offline: "true" };
    for (const name of ["NODE_ENV", "FORCE_COLOR", "CI"]) delete env[name];
    Object.assign(env, { npm_config_audit: "false", npm_config_fund: "false" });
    const child = spawn("bash", ["-c", text], { cwd: this.#folder, env, detached: true });
    child.stdin.end();
    let printed = "";
    for (const stream of [child.stdout, child.stderr])
      stream.on("data", (chunk) => {
        printed += String(chunk);
      });
    const timer = setTimeout(() => kill(child, "SIGKILL"), TIMEOUT);
    /** @type {Promise<number>} */
    const ended = new Promise((resolve) => {
      child.once("close", (code) => {
        clearTimeout(timer);
        resolve(code ?? -1);
      });
    });
    return { child, printed: () => printed, ended };
  }

  /** Waits until a server has printed what the tutorial shows, and returns 0, or its exit code. @param {Running} running @param {string} [output] */
  async #started(running, output = "") {
    let code = 0;
    void running.ended.then((ended) => {
      code = ended === 0 ? -1 : ended;
    });
    const isReady = () =>
      running.printed().includes("\n") &&
      this.#theirs(running.printed()).includes(output.trimEnd());
    while (code === 0 && !isReady()) await new Promise((resolve) => setTimeout(resolve, 50));
    return code;
  }

  /** Stops the server of a command, as Ctrl-C does. @param {string} command */
  async #stop(command) {
    const running = this.#servers.get(command);
    if (running === undefined) return;
    kill(running.child, "SIGINT");
    const timer = setTimeout(() => kill(running.child, "SIGKILL"), 5_000);
    await running.ended;
    clearTimeout(timer);
    this.#servers.delete(command);
  }
}

/** Sends a signal to a process and those that it started. @param {import("node:child_process").ChildProcess} child @param {NodeJS.Signals} signal */
function kill({ pid }, signal) {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch {
    // it has ended already
  }
}
