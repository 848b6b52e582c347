/** The words of a consent page that no policy says. In a text, `{name}` stands for what is put in. */
export interface ConsentWords {
  /** The heading: `{client}`, `{policy}`. */
  readonly heading: string;
  /** Before the account: `{user}`. */
  readonly signedInAs: string;
  /** The link beside it. */
  readonly switchAccount: string;
  /** Where the answer goes: `{host}`. */
  readonly redirect: string;
  /** The same, for a program on this device. */
  readonly redirectLocal: string;
  /** A client whose domain is proven: `{domain}`. */
  readonly verified: string;
  /** Any other client. */
  readonly unverified: string;
  /** Over the scopes of identity. */
  readonly identity: string;
  /** Over scopes without a group. */
  readonly access: string;
  /** Over access while the person is away. */
  readonly offline: string;
  /** Over the bundles. */
  readonly presets: string;
  /** A row that cannot be unchecked. */
  readonly required: string;
  /** Why a required row is locked. */
  readonly requiredWhy: string;
  /** A row that was granted before. */
  readonly granted: string;
  /** A row that is new. */
  readonly isNew: string;
  /** A row that comes with others: `{scopes}`. */
  readonly includedIn: string;
  /** What comes with a row: `{scopes}`. */
  readonly includes: string;
  /** A row that was refused before. */
  readonly refusedBefore: string;
  /** Why a scope of the baseline should stay checked. */
  readonly baselineWhy: string;
  /** The word of a warning. */
  readonly caution: string;
  /** A row above the account's plan: `{tier}`. */
  readonly tierNote: string;
  /** Over the names of what a row opens: `{tools}`, how many. */
  readonly unlocks: string;
  /** What it is about: `{label}`. */
  readonly about: string;
  /** Over what no scope covers. */
  readonly notCovered: string;
  /** The two buttons. */
  readonly allow: string;
  /** The other one. */
  readonly deny: string;
  /** Where a person ends it: the link's text. */
  readonly manage: string;
  /** The link to report a client. */
  readonly report: string;
  /** The link to help. */
  readonly help: string;
  /** The link to the client's website. */
  readonly website: string;
  /** The link to its privacy policy. */
  readonly privacy: string;
  /** The link to its terms. */
  readonly terms: string;
  /** Which edition of the policy: `{version}`. */
  readonly policyVersion: string;
}

const en: ConsentWords = {
  heading: "{client} asks for access to {policy}",
  signedInAs: "You are signed in as {user}.",
  switchAccount: "Use another account",
  redirect: "If you allow it, you go on to {host}.",
  redirectLocal:
    "If you allow it, a program on this device takes the answer ({host}). Go on only if you started it yourself.",
  verified: "Verified domain: {domain}",
  unverified: "Not verified: the name is what the app calls itself.",
  identity: "Who you are",
  access: "What it may do",
  offline: "When you are away",
  presets: "Quick choices",
  required: "Required",
  requiredWhy: "The app cannot work without it.",
  granted: "Already allowed",
  isNew: "New",
  includedIn: "Included in {scopes}",
  includes: "Includes {scopes}",
  refusedBefore: "You did not allow this before.",
  baselineWhy: "Nothing works without it.",
  caution: "Caution",
  tierNote: "Has no effect until you upgrade to {tier}.",
  unlocks: "What it opens ({tools})",
  about: "For: {label}",
  notCovered: "What it can never do",
  allow: "Allow",
  deny: "Deny",
  manage: "See or end what you have allowed",
  report: "Report this app",
  help: "Help",
  website: "Website",
  privacy: "Privacy policy",
  terms: "Terms of service",
  policyVersion: "Permissions as of {version}",
};

const de: ConsentWords = {
  heading: "{client} möchte auf {policy} zugreifen",
  signedInAs: "Sie sind angemeldet als {user}.",
  switchAccount: "Anderes Konto verwenden",
  redirect: "Wenn Sie zustimmen, geht es weiter zu {host}.",
  redirectLocal:
    "Wenn Sie zustimmen, nimmt ein Programm auf diesem Gerät die Antwort entgegen ({host}). Fahren Sie nur fort, wenn Sie es selbst gestartet haben.",
  verified: "Bestätigte Domain: {domain}",
  unverified: "Nicht bestätigt: Den Namen hat sich die App selbst gegeben.",
  identity: "Wer Sie sind",
  access: "Was sie tun darf",
  offline: "Wenn Sie nicht da sind",
  presets: "Schnellauswahl",
  required: "Erforderlich",
  requiredWhy: "Ohne dies kann die App nicht arbeiten.",
  granted: "Bereits erlaubt",
  isNew: "Neu",
  includedIn: "Enthalten in {scopes}",
  includes: "Enthält {scopes}",
  refusedBefore: "Das haben Sie früher nicht erlaubt.",
  baselineWhy: "Ohne dies funktioniert nichts.",
  caution: "Vorsicht",
  tierNote: "Ohne Wirkung, bis Sie auf {tier} umsteigen.",
  unlocks: "Was es öffnet ({tools})",
  about: "Für: {label}",
  notCovered: "Was sie nie kann",
  allow: "Erlauben",
  deny: "Ablehnen",
  manage: "Erlaubtes ansehen oder beenden",
  report: "Diese App melden",
  help: "Hilfe",
  website: "Website",
  privacy: "Datenschutzerklärung",
  terms: "Nutzungsbedingungen",
  policyVersion: "Berechtigungen, Stand {version}",
};

const fr: ConsentWords = {
  heading: "{client} demande l’accès à {policy}",
  signedInAs: "Vous êtes connecté en tant que {user}.",
  switchAccount: "Utiliser un autre compte",
  redirect: "Si vous autorisez, vous continuerez vers {host}.",
  redirectLocal:
    "Si vous autorisez, un programme de cet appareil reçoit la réponse ({host}). Ne continuez que si vous l’avez lancé vous-même.",
  verified: "Domaine vérifié : {domain}",
  unverified: "Non vérifiée : le nom est celui que l’application se donne.",
  identity: "Qui vous êtes",
  access: "Ce qu’elle peut faire",
  offline: "En votre absence",
  presets: "Choix rapides",
  required: "Obligatoire",
  requiredWhy: "L’application ne peut pas fonctionner sans cela.",
  granted: "Déjà autorisé",
  isNew: "Nouveau",
  includedIn: "Inclus dans {scopes}",
  includes: "Inclut {scopes}",
  refusedBefore: "Vous ne l’avez pas autorisé auparavant.",
  baselineWhy: "Rien ne fonctionne sans cela.",
  caution: "Attention",
  tierNote: "Sans effet tant que vous n’avez pas l’offre {tier}.",
  unlocks: "Ce que cela ouvre ({tools})",
  about: "Pour : {label}",
  notCovered: "Ce qu’elle ne peut jamais faire",
  allow: "Autoriser",
  deny: "Refuser",
  manage: "Voir ou retirer vos autorisations",
  report: "Signaler cette application",
  help: "Aide",
  website: "Site web",
  privacy: "Politique de confidentialité",
  terms: "Conditions d’utilisation",
  policyVersion: "Autorisations, version {version}",
};

const es: ConsentWords = {
  heading: "{client} solicita acceso a {policy}",
  signedInAs: "Ha iniciado sesión como {user}.",
  switchAccount: "Usar otra cuenta",
  redirect: "Si lo permite, continuará en {host}.",
  redirectLocal:
    "Si lo permite, un programa de este dispositivo recibe la respuesta ({host}). Continúe solo si lo inició usted.",
  verified: "Dominio verificado: {domain}",
  unverified: "Sin verificar: el nombre es el que la aplicación se da.",
  identity: "Quién es usted",
  access: "Qué puede hacer",
  offline: "Cuando no esté",
  presets: "Opciones rápidas",
  required: "Obligatorio",
  requiredWhy: "La aplicación no puede funcionar sin esto.",
  granted: "Ya permitido",
  isNew: "Nuevo",
  includedIn: "Incluido en {scopes}",
  includes: "Incluye {scopes}",
  refusedBefore: "Antes no lo permitió.",
  baselineWhy: "Nada funciona sin esto.",
  caution: "Precaución",
  tierNote: "Sin efecto hasta que pase a {tier}.",
  unlocks: "Qué abre ({tools})",
  about: "Para: {label}",
  notCovered: "Lo que nunca puede hacer",
  allow: "Permitir",
  deny: "Denegar",
  manage: "Ver o retirar lo que ha permitido",
  report: "Denunciar esta aplicación",
  help: "Ayuda",
  website: "Sitio web",
  privacy: "Política de privacidad",
  terms: "Términos del servicio",
  policyVersion: "Permisos, versión {version}",
};

const ar: ConsentWords = {
  heading: "يطلب {client} الوصول إلى {policy}",
  signedInAs: "سجّلت الدخول باسم {user}.",
  switchAccount: "استخدام حساب آخر",
  redirect: "إذا سمحت، ستنتقل إلى {host}.",
  redirectLocal:
    "إذا سمحت، يستلم برنامج على هذا الجهاز الإجابة ({host}). تابع فقط إذا شغّلته بنفسك.",
  verified: "نطاق موثّق: {domain}",
  unverified: "غير موثّق: الاسم هو ما يسمّي به التطبيق نفسه.",
  identity: "من أنت",
  access: "ما يمكنه فعله",
  offline: "أثناء غيابك",
  presets: "خيارات سريعة",
  required: "مطلوب",
  requiredWhy: "لا يعمل التطبيق من دونه.",
  granted: "مسموح به من قبل",
  isNew: "جديد",
  includedIn: "مشمول في {scopes}",
  includes: "يشمل {scopes}",
  refusedBefore: "لم تسمح بهذا من قبل.",
  baselineWhy: "لا يعمل شيء بدونه.",
  caution: "تنبيه",
  tierNote: "بلا أثر حتى الترقية إلى {tier}.",
  unlocks: "ما يتيحه ({tools})",
  about: "من أجل: {label}",
  notCovered: "ما لا يمكنه فعله أبدًا",
  allow: "سماح",
  deny: "رفض",
  manage: "عرض ما سمحت به أو إنهاؤه",
  report: "الإبلاغ عن هذا التطبيق",
  help: "مساعدة",
  website: "الموقع",
  privacy: "سياسة الخصوصية",
  terms: "شروط الخدمة",
  policyVersion: "الأذونات حسب الإصدار {version}",
};

/** The languages that a page has words in, the first for anybody who reads none of them. */
export const WORDS: ReadonlyMap<string, ConsentWords> = new Map(
  Object.entries({ en, de, fr, es, ar }),
);

/** A text with its names put in; a value is put in as it is and read no further. */
export function fill(text: string, values: Readonly<Record<string, string>>): string {
  return text.replaceAll(/\{(\w+)\}/g, (whole, name: string) =>
    Object.hasOwn(values, name) ? (values[name] as string) : whole,
  );
}
