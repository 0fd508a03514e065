//! The words of names: English, German, French, Spanish, and abbreviations people use.

use crate::kind::Sensitive::{
    self, Company, Coordinates, CreditCard, DateOfBirth, Email, FamilyName, FreeText, GivenName, Iban, IpAddress, MacAddress, NationalId,
    PersonName, Phone, PostalAddress, Postcode, Secret, Username,
};

/// Phrases written as one word, and how far they alone tell the kind.
pub(super) const PHRASES: &[(Sensitive, f32, &[&str])] = &[
    (Email, 0.95, &[
        "email", "mail", "emailaddress", "mailaddress", "emailadresse", "mailadresse", "emails", "eaddress", "correo", "correoelectronico",
        "courriel", "adressemail", "adressemel", "mel", "emailaddr", "useremail", "usermail", "replyto", "mailfrom", "mailto",
    ]),
    (PersonName, 0.9, &[
        "fullname", "personname", "displayname", "realname", "legalname", "contactname", "nomcomplet", "nomprenom", "prenomnom", "nombrecompleto",
        "nombreyapellidos", "apellidosynombre", "vollername", "vollstaendigername", "ansprechpartner", "kontaktperson", "cardholder",
        "karteninhaber", "kontoinhaber", "accountholder", "titulaire", "titular", "cardholdername", "nameoncard", "signatory", "nombretitular",
        "nomusuel", "personne", "interlocutor", "empfaenger", "destinataire", "recipientname", "unterzeichner", "signataire", "raisonnom",
    ]),
    (GivenName, 0.9, &[
        "firstname", "givenname", "forename", "forenames", "christianname", "middlename", "fname", "vorname", "vornamen", "rufname", "prenom",
        "prenoms", "nombrepila", "nombredepila", "primernombre", "segundonombre", "givennames", "vname", "firstnames", "nickname",
    ]),
    (FamilyName, 0.9, &[
        "lastname", "surname", "familyname", "lname", "nachname", "familienname", "zuname", "nname", "nomfamille", "nomdefamille", "nomnaissance",
        "apellido", "apellidos", "primerapellido", "segundoapellido", "maidenname", "geburtsname", "mothersmaidenname", "nomjeunefille", "surnames",
        "apellidopaterno", "apellidomaterno", "patronyme",
    ]),
    (Username, 0.85, &[
        "username", "userlogin", "login", "loginname", "benutzername", "benutzerkennung", "nutzername", "anmeldename", "userhandle",
        "screenname", "identifiant", "nomutilisateur", "pseudo", "pseudonyme", "nombreusuario", "nombredeusuario", "apodo", "alias", "usernick", "nick",
        "twitterhandle", "skype", "loginid", "accountname", "benutzer",
    ]),
    (Username, 0.5, &["usuario", "handle", "kennung", "utilisateur", "uname"]),
    (Phone, 0.95, &[
        "phone", "phonenumber", "telephone", "tel", "telno", "telefon", "telefonnummer", "telefonnr", "mobile", "mobilephone", "mobil", "mobilnummer",
        "mobiltelefon", "handy", "handynummer", "handynr", "cellphone", "cell", "fax", "faxnumber", "faxnummer", "telefax", "rufnummer", "phoneno",
        "telefono", "telefonos", "movil", "celular", "numerotelefono", "numerotelephone", "numtel", "telfixe", "telmobile", "telportable",
        "portable", "gsm", "whatsapp", "phones", "mobileno", "mobilenumber", "telf", "tlf", "tfno", "festnetz", "telefonprivat", "durchwahl", "msisdn",
        "telefonomovil", "telefonofijo", "numerodetelephone", "numerodetelefono", "homephone", "workphone", "telephonenumber",
    ]),
    (PostalAddress, 0.9, &[
        "address", "addressline", "streetaddress", "street", "streetname", "postaladdress", "homeaddress", "addr", "adresse", "anschrift", "strasse",
        "str", "strassehausnummer", "strassenr", "hausnummer", "adressezusatz", "adresszusatz", "rue", "voie", "adressepostale", "complementadresse",
        "direccion", "domicilio", "calle", "direccionpostal", "wohnort", "wohnadresse", "lieferadresse", "rechnungsadresse", "lieferanschrift",
        "mailingaddress", "shippingaddress", "billingaddress", "adresseligne", "numerorue", "numrue", "streetno", "housenumber",
    ]),
    (Postcode, 0.9, &[
        "zip", "zipcode", "postcode", "postalcode", "plz", "postleitzahl", "codepostal", "cp", "codigopostal", "codpostal", "cpostal", "postal",
    ]),
    (Company, 0.8, &[
        "company", "companyname", "organisation", "organization", "organizationname", "organisationname", "firma", "firmenname", "unternehmen",
        "entreprise", "societe", "raisonsociale", "nomsociete", "empresa", "razonsocial", "nombreempresa", "employer", "employername", "arbeitgeber",
        "employeur", "businessname", "firmname", "tradename", "nombrecomercial", "nomentreprise", "compania",
    ]),
    (Iban, 0.95, &["iban", "ibannumber", "cuentaiban", "kontoiban", "ibancode"]),
    (Iban, 0.4, &["bankaccount", "accountnumber", "kontonummer", "comptebancaire", "cuentabancaria", "rib", "ccc"]),
    (CreditCard, 0.95, &[
        "creditcard", "creditcardnumber", "cardnumber", "cardno", "ccnumber", "ccnum", "kreditkarte", "kreditkartennummer", "kartennummer", "cartebancaire",
        "numerocarte", "numcarte", "cartecredit", "tarjeta", "numerotarjeta", "numtarjeta", "tarjetacredito", "pan", "ccno", "debitcard", "cardpan",
    ]),
    (NationalId, 0.95, &[
        "ssn", "socialsecurity", "socialsecuritynumber", "nationalid", "nationalinsurance", "nationalinsurancenumber", "nino", "nhsnumber", "nhsno",
        "taxid", "tin", "passport", "passportnumber", "passportno", "driverslicense", "drivinglicence", "driverlicense", "licensenumber", "idcard",
        "steuerid", "steueridentnr", "steueridnr", "steuernummer", "sozialversicherungsnummer", "svnummer", "svnr", "rvnr", "reisepass", "passnummer",
        "reisepassnummer", "ausweisnummer", "personalausweis", "personalausweisnummer", "fuehrerschein", "ahvnummer", "ahvnr", "nir", "numsecu",
        "numerosecu", "numerosecuritesociale", "securitesociale", "insee", "numinsee", "nss", "numss", "passeport", "numeropasseport", "carteidentite",
        "cni", "permisconduire", "dni", "nie", "nif", "dninie", "nifnie", "documentoidentidad", "pasaporte", "numeropasaporte", "curp", "rfc",
        "seguridadsocial", "numeroseguridadsocial", "naf", "cedula", "idnumber", "taxnumber", "identitynumber", "personalnumber", "nationalidnumber",
        "cifnif", "nosecu", "nosecuritesociale", "rentenversicherungsnummer", "versichertennummer", "krankenversichertennummer",
    ]),
    (IpAddress, 0.95, &[
        "ip", "ipaddress", "ipaddr", "ipadresse", "adresseip", "direccionip", "remoteaddr", "remoteip", "clientip", "userip", "loginip", "lastip",
        "signinip", "sourceip", "remoteaddress", "iphost", "hostip",
    ]),
    (MacAddress, 0.95, &["mac", "macaddress", "macaddr", "macadresse", "adressemac", "direccionmac", "hwaddr", "hardwareaddress", "ethernetaddress", "bssid"]),
    (Secret, 0.95, &[
        "password", "passwd", "passwordhash", "pwd", "pass", "passwort", "passworthash", "kennwort", "motdepasse", "mdp", "contrasena", "clave", "secret",
        "apikey", "apisecret", "apitoken", "accesstoken", "refreshtoken", "authtoken", "privatekey", "secretkey", "clientsecret", "sessiontoken",
        "rememberm", "remembertoken", "resettoken", "encryptedpassword", "pwhash", "passhash", "pin", "pincode", "otpsecret", "totpsecret",
        "clesecrete", "cleapi", "claveapi", "geheimnis", "zugangsschluessel", "bearertoken", "jeton", "passphrase", "credentials", "zugangsdaten",
        "userpass", "resetpasswordtoken", "confirmationtoken", "twofactorsecret", "webhooksecret", "signingkey", "encryptionkey", "salt", "securitytoken",
        "authkey", "activationkey", "accesskey", "sessionid", "sessionkey", "cvv", "cvc", "recoverycodes", "backupcodes", "clef", "motpasse", "passwordsalt",
    ]),
    (Secret, 0.5, &["token", "tokens", "pw", "ficha", "schluessel"]),
    (DateOfBirth, 0.95, &[
        "dob", "dateofbirth", "birthdate", "birthday", "birth", "bornon", "born", "geburtsdatum", "geburtstag", "gebdatum", "gebdat", "geboren", "geb",
        "datenaissance", "datedenaissance", "naissance", "nele", "fechanacimiento", "fechadenacimiento", "nacimiento", "fecnacimiento", "fnacimiento",
        "fecnac", "datenaiss", "ddn", "birthdt", "dtnasc", "anniversaire", "cumpleanos", "fechanac", "gebdt",
    ]),
    (Coordinates, 0.9, &[
        "latitude", "longitude", "lat", "lng", "lon", "latlng", "latlong", "latlon", "coordinates", "coords", "geolocation", "geo", "gps", "koordinaten",
        "breitengrad", "laengengrad", "coordonnees", "coordenadas", "latitud", "longitud", "gpscoordinates", "gpsposition", "geopoint",
    ]),
    (FreeText, 0.3, &[
        "notes", "note", "comment", "comments", "remarks", "remark", "message", "body", "bemerkung", "bemerkungen", "notiz", "notizen", "kommentar",
        "nachricht", "beschreibung", "remarque", "remarques", "commentaire", "commentaires", "observations", "observaciones", "nota", "notas",
        "comentario", "comentarios", "mensaje", "bio", "biography", "about", "description", "content", "freitext", "anmerkung", "text",
    ]),
];

/// Words that mean a name, of whomever.
pub(super) const NAMES: &[&str] = &["name", "names", "nom", "noms", "nombre", "nombres", "namen", "fullname", "bezeichnung", "kundenname", "mitarbeitername", "autorenname", "patientenname", "gastname", "kontaktname", "lieferantenname"];

/// Stems of words that mean people.
pub(super) const PEOPLE: &[&str] = &[
    "user", "customer", "client", "person", "people", "contact", "employee", "staff", "member", "patient", "author", "student", "teacher",
    "applicant", "candidate", "guest", "passenger", "driver", "lead", "subscriber", "attendee", "participant", "visitor", "doctor", "nurse", "parent",
    "child", "tenant", "owner", "donor", "volunteer", "speaker", "reviewer", "recipient", "sender", "buyer", "seller", "beneficiary", "spouse",
    "manager", "agent", "kunde", "kunden", "mitarbeiter", "mitglied", "personen", "benutzer", "nutzer", "kontakt", "patienten", "autor", "schueler",
    "lehrer", "bewerber", "gast", "gaeste", "teilnehmer", "mieter", "eigentuemer", "spender", "inhaber", "empfaenger", "absender", "arzt", "aerzte",
    "utilisateur", "personne", "salarie", "employe", "adherent", "membre", "eleve", "professeur", "auteur", "candidat", "invite", "locataire",
    "proprietaire", "destinataire", "beneficiaire", "abonne", "medecin", "usuario", "cliente", "persona", "empleado", "miembro", "paciente",
    "alumno", "profesor", "socio", "autores", "candidato", "invitado", "inquilino", "propietario", "destinatario", "remitente", "beneficiario",
    "contacto", "trabajador", "medico", "huesped", "conyuge", "besteller", "kaeufer", "verkaeufer", "profile", "assignee", "holder",
];

/// Stems of words that mean companies.
pub(super) const COMPANIES: &[&str] = &[
    "company", "companies", "supplier", "vendor", "organisation", "organization", "employer", "firma", "firmen", "lieferant", "unternehmen", "entreprise",
    "societe", "fournisseur", "empresa", "proveedor", "manufacturer", "hersteller", "fabricant", "fabricante",
];

/// Stems of words that mean things which have names.
pub(super) const THINGS: &[&str] = &[
    "product", "item", "file", "table", "category", "categories", "country", "countries", "city", "cities", "event", "role", "group", "plan", "host",
    "domain", "class", "type", "tag", "brand", "project", "campaign", "template", "queue", "server", "column", "field", "region", "state", "language",
    "currency", "department", "team", "store", "shop", "warehouse", "course", "book", "song", "album", "movie", "artikel", "produkt", "kategorie",
    "land", "stadt", "datei", "gruppe", "rolle", "marke", "projekt", "abteilung", "kurs", "buch", "produit", "article", "categorie", "pays", "ville",
    "fichier", "groupe", "marque", "projet", "service", "cours", "livre", "producto", "articulo", "categoria", "pais", "ciudad", "archivo", "grupo",
    "marca", "proyecto", "departamento", "curso", "libro", "feature", "permission", "setting", "config", "status", "tier", "device", "app", "module",
    "segment", "list", "modele", "modelo", "modell", "version", "job", "task", "process", "metric", "index", "schema", "database", "function",
    "attribute", "option", "ort", "ship", "schiff", "navire", "barco", "street", "place", "venue", "hotel", "restaurant", "sku", "kit", "report",
    "dashboard", "widget", "page", "menu", "theme", "plugin", "bucket", "key", "label", "commande", "commandes",
];

/// Words of names that say something about a value and are not it.
pub(super) const NOT_THE_VALUE: &[&str] = &[
    "id", "ids", "count", "type", "status", "verified", "confirmed", "enabled", "sent", "at", "template", "subject", "opt", "optin", "consent", "is",
    "has", "num", "anzahl", "typ", "art", "tipo", "valid", "validated", "required", "changed", "updated", "created", "expires", "expiry", "expired",
    "length", "format", "flag", "label", "visible", "public", "allowed", "preference", "preferences", "provider", "bounced", "attempts", "version",
    "policy", "field", "gueltig", "verifiziert", "bestaetigt", "valide", "verifie", "verificado", "confirmado", "hash", "checksum", "estado", "etat",
    "nb", "total", "score", "rate", "price", "kind", "category", "model", "brand", "mode", "limit", "max", "min", "rank", "order", "sort", "position",
    "algorithm", "strength", "hint", "country", "prefix", "domain", "lang", "language", "locale", "size", "color", "colour", "bounce", "campaign", "plan",
    "frequency", "channel", "zone", "pattern", "regex", "enviado", "envoye", "gesendet", "versendet", "am", "cantidad", "quantite", "menge",
];
