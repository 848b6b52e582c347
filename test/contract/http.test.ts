import { describe, expect, it } from "vitest";
import { CONTRACT } from "./cases.js";
import { EXPRESS_SUBJECTS } from "./express-subject.js";
import { FASTIFY_SUBJECTS } from "./fastify-subject.js";
import { FETCH_SUBJECTS } from "./fetch-subject.js";
import { describeContract, unknownIds } from "./suite.js";

const SUBJECTS = [...EXPRESS_SUBJECTS, ...FASTIFY_SUBJECTS, ...FETCH_SUBJECTS];

describe("the contract", () => {
  it("has each id once", () => {
    const ids = CONTRACT.map(({ id }) => id);
    expect(ids.filter((id, index) => ids.indexOf(id) !== index)).toEqual([]);
  });

  it.each(SUBJECTS.map((subject) => ({ name: subject.name, subject })))(
    "has every case that $name cannot do",
    ({ subject }) => {
      expect(unknownIds(subject)).toEqual([]);
    },
  );
});

for (const subject of SUBJECTS) describeContract(subject);
