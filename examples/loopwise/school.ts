// A small school in memory: the data of the tools. Each server creates its own.

export interface Item {
  readonly id: string;
  readonly [field: string]: string | number | boolean;
}

const FIRST_ITEMS = {
  courses: [
    { id: "course-1", title: "Watercolour for beginners", published: true },
    { id: "course-2", title: "Letterpress", published: false },
  ],
  reviews: [{ id: "review-1", course: "course-1", stars: 5 }],
  members: [{ id: "member-1", name: "Ada", enrolled: "course-1" }],
  orders: [{ id: "order-1", total: 4900, currency: "EUR" }],
  lessons: [{ id: "lesson-1", course: "course-1", title: "Paper and water" }],
  plans: [{ id: "plan-1", title: "Atelier", price: 1900 }],
  events: [{ id: "event-1", title: "Open studio", day: "2026-12-05" }],
  attendees: [{ id: "attendee-1", event: "event-1", name: "Ada" }],
  coupons: [{ id: "coupon-1", code: "FIRST", percent: 10 }],
  posts: [{ id: "post-1", title: "We are open", text: "Come in." }],
  downloads: [{ id: "download-1", title: "Brush guide" }],
  comments: [{ id: "comment-1", post: "post-1", text: "Hello" }],
  lecturers: [{ id: "lecturer-1", name: "Grace" }],
  images: [],
} as const satisfies Record<string, readonly Item[]>;

export type Collection = keyof typeof FIRST_ITEMS;

/** The collections and the settings of a school. */
export interface School {
  list(collection: Collection): readonly Item[];
  get(collection: Collection, id: string): Item | undefined;
  put(collection: Collection, fields: Omit<Item, "id">, id?: string): Item;
  remove(collection: Collection, id: string): boolean;
  settings: Readonly<Record<string, string>>;
}

/** Creates a school with its initial data. */
export function openSchool(): School {
  const items = new Map<Collection, Map<string, Item>>();
  for (const [name, list] of Object.entries(FIRST_ITEMS)) {
    items.set(name as Collection, new Map(list.map((item: Item) => [item.id, item])));
  }
  const of = (collection: Collection) => items.get(collection) as Map<string, Item>;
  return {
    list: (collection) => [...of(collection).values()],
    get: (collection, id) => of(collection).get(id),
    put: (collection, fields, id = `${collection.slice(0, -1)}-${of(collection).size + 1}`) => {
      const item: Item = { ...of(collection).get(id), ...fields, id };
      of(collection).set(id, item);
      return item;
    },
    remove: (collection, id) => of(collection).delete(id),
    settings: { name: "Atelier", theme: "light" },
  };
}
