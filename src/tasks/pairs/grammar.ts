/** Questions and candidates out of a grammar, so that everything can be tried without a file. */
import { optionsOf } from "../../door/options.js";
import { fromOneOn, wholeNumber } from "../../door/rules.js";
import { textsToTest, textsToTrain } from "../../random/streams.js";
import { RandomStream } from "../../random/threefry.js";
import { type GivenPair, type Questions, questionsOf } from "./questions.js";

const buildings = [
  "bridge",
  "tower",
  "mill",
  "library",
  "market hall",
  "canal",
  "theatre",
  "harbour",
  "lighthouse",
  "museum",
];
const towns = [
  "Aldmoor",
  "Breckton",
  "Corvale",
  "Dunmere",
  "Eskholm",
  "Farrow",
  "Glenhithe",
  "Harwick",
  "Ivenport",
  "Kelling",
];
const guilds = [
  "Brass Founders",
  "Stone Cutters",
  "River Pilots",
  "Salt Traders",
  "Clock Makers",
  "Rope Makers",
];
const places = ["North Quay", "Mill Lane", "Castle Hill", "East Gate", "Long Meadow", "Fish Market"];

type Fact = "built" | "where" | "who" | "long" | "cost";

/** How a fact is asked for, and how it is told; "[it]" is the building, "[x]" what the fact is. */
const facts: {
  readonly [fact in Fact]: { readonly asked: readonly string[]; readonly told: readonly string[] };
} = {
  built: {
    asked: ["When was [it] built ?", "In what year was [it] opened ?", "When did work on [it] end ?"],
    told: [
      "[it] was built in [x] , after years of talk .",
      "Work on [it] came to an end in [x] .",
      "Since [x] the town has had [it] .",
    ],
  },
  where: {
    asked: ["Where is [it] ?", "Where does [it] stand ?", "At which place can one visit [it] ?"],
    told: [
      "[it] stands at [x] , among old trees .",
      "Visitors find [it] near [x] .",
      "From [x] it is a few steps to [it] .",
    ],
  },
  who: {
    asked: ["Who built [it] ?", "Who paid for [it] ?", "Who planned [it] ?"],
    told: [
      "[it] is the work of the [x] .",
      "The [x] planned [it] , and paid for most of it .",
      "It was the [x] who gave the town [it] .",
    ],
  },
  long: {
    asked: ["How long is [it] ?", "How many metres does [it] measure ?", "How far does [it] reach ?"],
    told: [
      "[it] measures [x] metres from end to end .",
      "With [x] metres [it] is the longest of its kind .",
      "One walks [x] metres along [it] .",
    ],
  },
  cost: {
    asked: ["How much did [it] cost ?", "What was the cost of [it] ?", "What was the price of [it] ?"],
    told: [
      "[it] cost [x] pounds in all .",
      "The town paid [x] pounds for [it] .",
      "At [x] pounds [it] was thought too dear .",
    ],
  },
};
const kinds = Object.keys(facts) as Fact[];

/** What is said of a building and answers nothing. */
const talk = [
  "[it] is much loved by those who live there .",
  "Nobody who was asked about [it] knew when , where or how .",
  "On Sundays [it] is closed .",
  "Painters come from far to see [it] .",
  "[it] was repaired after the storm , and painted red .",
];

/**
 * Questions about the buildings of towns that do not exist, each with eight candidates of which one or two answer: the others
 * tell something else of the same building, the same of another one, or nothing. Words in common alone do not tell them
 * apart; that "when" wants a year does. The same for the same seed; what is reached on them says nothing of other texts.
 *
 * @param options.train  how many questions to train on; 120 if left out
 * @param options.test   how many to test by; 40 if left out
 */
export function townQuestions(options: { train?: number; test?: number; seed?: number } = {}): {
  train: Questions;
  test: Questions;
} {
  const {
    train = 120,
    test = 40,
    seed = 0,
  } = optionsOf("townQuestions", options, {
    train: fromOneOn,
    test: fromOneOn,
    seed: wholeNumber,
  });
  const asked = new Set<string>();
  const some = (count: number, stream: number): Questions => {
    const random = new RandomStream(seed, stream, 2);
    const pairs: GivenPair[] = [];
    for (let i = 0; i < count; i++) {
      let made = aQuestion(kinds[i % kinds.length], random);
      for (let tries = 0; asked.has(made[0].question) && tries < 50; tries++)
        made = aQuestion(kinds[i % kinds.length], random);
      asked.add(made[0].question);
      pairs.push(...made.map((pair) => ({ ...pair, id: `${i + 1}` })));
    }
    return questionsOf("towns", pairs);
  };
  return { train: some(train, textsToTrain), test: some(test, textsToTest) };
}

function aQuestion(fact: Fact, random: RandomStream): GivenPair[] {
  const one = <T>(of: readonly T[]): T => of[random.integer(of.length)];
  const building = one(buildings);
  const town = one(towns);
  const it = `the ${building} of ${town}`;
  const others = [
    `the ${one(buildings.filter((b) => b !== building))} of ${town}`,
    `the ${building} of ${one(towns.filter((t) => t !== town))}`,
  ];
  const value = (of: Fact): string =>
    of === "built"
      ? `${1700 + random.integer(250)}`
      : of === "where"
        ? one(places)
        : of === "who"
          ? one(guilds)
          : of === "long"
            ? `${20 + random.integer(480)}`
            : `${2 + random.integer(90)},000`;
  const filled = (text: string, about: string, x = "") => {
    const whole = text.replace("[it]", about).replace("[x]", x);
    return whole[0].toUpperCase() + whole.slice(1);
  };
  const x = value(fact);
  const question = filled(one(facts[fact].asked), it);
  const told = [...facts[fact].told];
  const answers = Array.from({ length: 1 + random.integer(2) }, () =>
    filled(told.splice(random.integer(told.length), 1)[0], it, x),
  );
  const rest = kinds.filter((kind) => kind !== fact);
  const wrong = [
    ...Array.from({ length: 3 }, () => {
      const [other] = rest.splice(random.integer(rest.length), 1);
      return filled(one(facts[other].told), it, value(other));
    }),
    ...others.map((about) => filled(one(facts[fact].told), about, value(fact))),
    filled(one(talk), it),
    filled(one(talk), others[0]),
  ].slice(0, 8 - answers.length);
  return [
    ...answers.map((answer) => ({ question, answer, relevant: true })),
    ...wrong.map((answer) => ({ question, answer, relevant: false })),
  ];
}
