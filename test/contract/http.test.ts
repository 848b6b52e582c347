import { describe, expect, it } from "vitest";
import { titled } from "../titled.js";
import { CONTRACT } from "./cases.js";
import { EXPRESS_SUBJECTS } from "./express-subject.js";
import { FASTIFY_SUBJECTS } from "./fastify-subject.js";
import { FETCH_SUBJECTS } from "./fetch-subject.js";
import { HONO_SUBJECTS } from "./hono-subject.js";
import { KOA_SUBJECTS } from "./koa-subject.js";
import { NEST_SUBJECTS } from "./nest-subject.js";
import { describeContract, unknownIds } from "./suite.js";

const SUBJECTS = [
  ...EXPRESS_SUBJECTS,
  ...FASTIFY_SUBJECTS,
  ...FETCH_SUBJECTS,
  ...HONO_SUBJECTS,
  ...KOA_SUBJECTS,
  ...NEST_SUBJECTS,
];

describe("the contract", () => {
  it("has unique ids", () => {
    const ids = CONTRACT.map(({ id }) => id);
    expect(ids.filter((id, index) => ids.indexOf(id) !== index)).toEqual([]);
  });

  it.each(titled(SUBJECTS, ({ name }) => name))(
    "has a case for each exception of %s",
    (_name, subject) => {
      expect(unknownIds(subject)).toEqual([]);
    },
  );
});

for (const subject of SUBJECTS) describeContract(subject);
